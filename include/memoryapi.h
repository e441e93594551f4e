/*
 * memoryapi.h - memory that is shared through files and names, and pages of one's own.
 *
 * https://learn.microsoft.com/windows/win32/api/memoryapi/
 */
#ifndef _APISETMEMORY_
#define _APISETMEMORY_

#include <minwinbase.h>
#include <minwindef.h>

WINDSOCK_EXTERN_C_BEGIN

#define FILE_MAP_COPY 0x00000001
#define FILE_MAP_WRITE SECTION_MAP_WRITE
#define FILE_MAP_READ SECTION_MAP_READ
#define FILE_MAP_EXECUTE SECTION_MAP_EXECUTE_EXPLICIT
#define FILE_MAP_ALL_ACCESS SECTION_ALL_ACCESS

/* A mapping of a file, or (INVALID_HANDLE_VALUE) of memory, which a name makes common to the processes of the same user: who finds it gets
 * it as it is, with ERROR_ALREADY_EXISTS as the last error. Names differ by case; "Local\" and "Global\" before one mean nothing. NULL
 * on failure: ERROR_FILE_INVALID (an empty file), ERROR_NOT_ENOUGH_MEMORY (more than the file, which may not grow), ERROR_ACCESS_DENIED;
 * ERROR_NOT_SUPPORTED: a name for a file's mapping, SEC_IMAGE, large pages.
 * https://learn.microsoft.com/windows/win32/api/memoryapi/nf-memoryapi-createfilemappingw */
WINBASEAPI HANDLE WINAPI CreateFileMappingA(HANDLE hFile, LPSECURITY_ATTRIBUTES lpFileMappingAttributes, DWORD flProtect,
                                            DWORD dwMaximumSizeHigh, DWORD dwMaximumSizeLow, LPCSTR lpName);
WINBASEAPI HANDLE WINAPI CreateFileMappingW(HANDLE hFile, LPSECURITY_ATTRIBUTES lpFileMappingAttributes, DWORD flProtect,
                                            DWORD dwMaximumSizeHigh, DWORD dwMaximumSizeLow, LPCWSTR lpName);
#define CreateFileMapping WINDSOCK_AW(CreateFileMapping)
WINBASEAPI HANDLE WINAPI OpenFileMappingA(DWORD dwDesiredAccess, BOOL bInheritHandle, LPCSTR lpName);
WINBASEAPI HANDLE WINAPI OpenFileMappingW(DWORD dwDesiredAccess, BOOL bInheritHandle, LPCWSTR lpName);
#define OpenFileMapping WINDSOCK_AW(OpenFileMapping)

/* A part of a mapping as memory; it stays when the mapping's handle is closed. The offset is a multiple of 64 KiB (ERROR_MAPPED_ALIGNMENT);
 * 0 bytes: all to the end. ERROR_ACCESS_DENIED: beyond the end, or not what the mapping allows. ERROR_INVALID_ADDRESS: not there.
 * https://learn.microsoft.com/windows/win32/api/memoryapi/nf-memoryapi-mapviewoffile */
WINBASEAPI LPVOID WINAPI MapViewOfFile(HANDLE hFileMappingObject, DWORD dwDesiredAccess, DWORD dwFileOffsetHigh,
                                       DWORD dwFileOffsetLow, SIZE_T dwNumberOfBytesToMap);
WINBASEAPI LPVOID WINAPI MapViewOfFileEx(HANDLE hFileMappingObject, DWORD dwDesiredAccess, DWORD dwFileOffsetHigh,
                                         DWORD dwFileOffsetLow, SIZE_T dwNumberOfBytesToMap, LPVOID lpBaseAddress);
/* ERROR_INVALID_ADDRESS: no view begins there; for FlushViewOfFile: the bytes are not of one view. */
WINBASEAPI BOOL WINAPI UnmapViewOfFile(LPCVOID lpBaseAddress);
WINBASEAPI BOOL WINAPI FlushViewOfFile(LPCVOID lpBaseAddress, SIZE_T dwNumberOfBytesToFlush);

/* Pages: reserved, committed, given back. They begin at multiples of 64 KiB. NULL or FALSE on failure: ERROR_INVALID_ADDRESS (the range is
 * taken, or is no part of one reservation, or not committed), ERROR_INVALID_PARAMETER; ERROR_NOT_SUPPORTED: guard pages and other
 * modifiers, large pages, write watches, MEM_RESET.
 * https://learn.microsoft.com/windows/win32/api/memoryapi/nf-memoryapi-virtualalloc */
WINBASEAPI LPVOID WINAPI VirtualAlloc(LPVOID lpAddress, SIZE_T dwSize, DWORD flAllocationType, DWORD flProtect);
WINBASEAPI BOOL WINAPI VirtualFree(LPVOID lpAddress, SIZE_T dwSize, DWORD dwFreeType);
/* For memory of VirtualAlloc and views alone. ERROR_NOACCESS: lpflOldProtect is NULL. */
WINBASEAPI BOOL WINAPI VirtualProtect(LPVOID lpAddress, SIZE_T dwSize, DWORD flNewProtect, PDWORD lpflOldProtect);
/* Of memory that neither VirtualAlloc nor MapViewOfFile gave: 0 and ERROR_NOT_SUPPORTED. ERROR_BAD_LENGTH: a buffer that is too small. */
WINBASEAPI SIZE_T WINAPI VirtualQuery(LPCVOID lpAddress, PMEMORY_BASIC_INFORMATION lpBuffer, SIZE_T dwLength);

WINDSOCK_EXTERN_C_END

#endif
