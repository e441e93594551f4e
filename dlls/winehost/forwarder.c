/*
 * ws2_32.dll, mswsock.dll and wsock32.dll: nothing but export tables (see spec_to_def.awk) whose entries lead to winehost.dll.
 */
#include <windows.h>

BOOL WINAPI DllMainCRTStartup(HINSTANCE self, DWORD reason, void *reserved)
{
  (void)reserved;
  if (reason == DLL_PROCESS_ATTACH)
    DisableThreadLibraryCalls(self);
  return TRUE;
}
