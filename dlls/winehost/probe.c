/*
 * windsock-probe.exe: which Winsock a program of this name finds, and whether it starts. `windsock wine status` runs it under the name
 * that it is asked about; installer.cpp knows the exit statuses. No C library.
 */
#include <winsock2.h>
#include <windows.h>

enum { kWorks = 0, kWinesOwn = 10, kNoHost = 11 };

void WinMainCRTStartup(void)
{
  static WSADATA data;
  const int error = WSAStartup(MAKEWORD(2, 2), &data);
  ExitProcess(!GetModuleHandleW(L"winehost.dll") ? kWinesOwn : error ? kNoHost : kWorks);
}
