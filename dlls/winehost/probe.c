/*
 * windsock-probe.exe: which Winsock a program of this name finds, and whether it starts. `windsock wine status` runs it under the name
 * that it is asked about. No C library.
 */
#include "dlls/winehost/probe.h"

#include <winsock2.h>
#include <windows.h>

void WinMainCRTStartup(void)
{
  static WSADATA data;
  const int error = WSAStartup(MAKEWORD(2, 2), &data);
  ExitProcess(!GetModuleHandleW(L"winehost.dll") ? kProbeWinesOwn : error ? kProbeNoHost : kProbeWorks);
}
