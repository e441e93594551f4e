// What the library does by itself when it is loaded (loading.cpp). A program that links the core as an archive has it by naming it.
#pragma once

namespace windsock {

void loaded();

}  // namespace windsock
