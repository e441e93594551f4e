/*
 * bcryptprimitives.dll, which Wine 8 has not: today's Go and Rust take random numbers from its ProcessPrng before anything else.
 * https://learn.microsoft.com/windows/win32/seccng/processprng; made of RtlGenRandom, which advapi32 exports as SystemFunction036.
 */
#include <windows.h>

BOOLEAN WINAPI SystemFunction036(void *buffer, ULONG length);

__declspec(dllexport) BOOL WINAPI ProcessPrng(BYTE *data, SIZE_T length)
{
  static const SIZE_T kMost = 1u << 30;
  while (length > 0) {
    const ULONG part = (ULONG)(length < kMost ? length : kMost);
    if (!SystemFunction036(data, part))
      return FALSE;
    data += part;
    length -= part;
  }
  return TRUE;
}

BOOL WINAPI DllMainCRTStartup(HINSTANCE self, DWORD reason, void *reserved)
{
  (void)reserved;
  if (reason == DLL_PROCESS_ATTACH)
    DisableThreadLibraryCalls(self);
  return TRUE;
}
