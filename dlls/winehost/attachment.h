// What winehost.so has learnt from winehost.dll when it was attached, and the list of the exports as both know them.
#pragma once

#include "dlls/winehost/bridge.h"

namespace windsock::winehost {

// Valid after kAttach.
const Attach& attachment();

// The address by which a program reaches a function of the core: the DLL's stub. Null for a function that is no export.
const void* stub_of(const void* function);

}  // namespace windsock::winehost
