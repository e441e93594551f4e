/*
 * fileapi.h - files by handles, and reading and writing through a handle; natively a SOCKET is one too.
 *
 * https://learn.microsoft.com/windows/win32/api/fileapi/
 */
#ifndef _APISETFILE_
#define _APISETFILE_

#include <minwinbase.h>
#include <minwindef.h>

WINDSOCK_EXTERN_C_BEGIN

#define CREATE_NEW 1
#define CREATE_ALWAYS 2
#define OPEN_EXISTING 3
#define OPEN_ALWAYS 4
#define TRUNCATE_EXISTING 5

/* An open file, or INVALID_HANDLE_VALUE. Names are host paths, with slashes. CREATE_ALWAYS and OPEN_ALWAYS leave ERROR_ALREADY_EXISTS as
 * the last error where the file was there. Share modes, attributes and hints have no effect natively, but for FILE_FLAG_OVERLAPPED;
 * FILE_FLAG_DELETE_ON_CLOSE: ERROR_NOT_SUPPORTED. \\.\pipe\name is a named pipe (namedpipeapi.h): ERROR_FILE_NOT_FOUND, ERROR_PIPE_BUSY. */
WINBASEAPI HANDLE WINAPI CreateFileA(LPCSTR lpFileName, DWORD dwDesiredAccess, DWORD dwShareMode,
                                     LPSECURITY_ATTRIBUTES lpSecurityAttributes, DWORD dwCreationDisposition,
                                     DWORD dwFlagsAndAttributes, HANDLE hTemplateFile);
WINBASEAPI HANDLE WINAPI CreateFileW(LPCWSTR lpFileName, DWORD dwDesiredAccess, DWORD dwShareMode,
                                     LPSECURITY_ATTRIBUTES lpSecurityAttributes, DWORD dwCreationDisposition,
                                     DWORD dwFlagsAndAttributes, HANDLE hTemplateFile);
#define CreateFile WINDSOCK_AW(CreateFile)
WINBASEAPI BOOL WINAPI GetFileSizeEx(HANDLE hFile, PLARGE_INTEGER lpFileSize);
/* FILE_TYPE_DISK, FILE_TYPE_CHAR (a terminal), FILE_TYPE_PIPE (also a SOCKET), FILE_TYPE_UNKNOWN: with ERROR_INVALID_HANDLE for what is no
 * file, else with NO_ERROR.
 * https://learn.microsoft.com/windows/win32/api/fileapi/nf-fileapi-getfiletype */
WINBASEAPI DWORD WINAPI GetFileType(HANDLE hFile);
/* What was written is on the disk when it returns; of a pipe, nothing is waited for. ERROR_ACCESS_DENIED: not open for writing. */
WINBASEAPI BOOL WINAPI FlushFileBuffers(HANDLE hFile);
/* From FILE_BEGIN, FILE_CURRENT or FILE_END. ERROR_NEGATIVE_SEEK: before the begin. */
WINBASEAPI BOOL WINAPI SetFilePointerEx(HANDLE hFile, LARGE_INTEGER liDistanceToMove, PLARGE_INTEGER lpNewFilePointer,
                                        DWORD dwMoveMethod);

/* The files of a folder whose names match the last part of a path, where * stands for any characters and ? for one; *.* is all. Upper and
 * lower case match each other in a pattern; without one the name is as the host has it. "." and ".." come first. INVALID_HANDLE_VALUE
 * and ERROR_FILE_NOT_FOUND, ERROR_PATH_NOT_FOUND (no such folder); FALSE and ERROR_NO_MORE_FILES at the end.
 * https://learn.microsoft.com/windows/win32/api/fileapi/nf-fileapi-findfirstfilew */
WINBASEAPI HANDLE WINAPI FindFirstFileA(LPCSTR lpFileName, LPWIN32_FIND_DATAA lpFindFileData);
WINBASEAPI HANDLE WINAPI FindFirstFileW(LPCWSTR lpFileName, LPWIN32_FIND_DATAW lpFindFileData);
#define FindFirstFile WINDSOCK_AW(FindFirstFile)
WINBASEAPI BOOL WINAPI FindNextFileA(HANDLE hFindFile, LPWIN32_FIND_DATAA lpFindFileData);
WINBASEAPI BOOL WINAPI FindNextFileW(HANDLE hFindFile, LPWIN32_FIND_DATAW lpFindFileData);
#define FindNextFile WINDSOCK_AW(FindNextFile)
WINBASEAPI BOOL WINAPI FindClose(HANDLE hFindFile);

/* TRUE and the bytes moved; 0 bytes read: the peer has shut down, or the end of the file. FALSE and the last error on failure.
 *
 * With an OVERLAPPED on a SOCKET the operation may go on: FALSE and ERROR_IO_PENDING. On a file it is always done when the call returns,
 * at the offset that the OVERLAPPED says (all bits set: at the end), and at the end of a file reading gives ERROR_HANDLE_EOF; a file of
 * FILE_FLAG_OVERLAPPED knows no other way, and tells its event and its completion port. */
WINBASEAPI BOOL WINAPI ReadFile(HANDLE hFile, LPVOID lpBuffer, DWORD nNumberOfBytesToRead, LPDWORD lpNumberOfBytesRead,
                                LPOVERLAPPED lpOverlapped);
WINBASEAPI BOOL WINAPI WriteFile(HANDLE hFile, LPCVOID lpBuffer, DWORD nNumberOfBytesToWrite,
                                 LPDWORD lpNumberOfBytesWritten, LPOVERLAPPED lpOverlapped);
/* TRUE: the operation goes on, and its end is told by a call of the routine, when this thread waits alertably. For SOCKETs and files of
 * FILE_FLAG_OVERLAPPED without a completion port. hEvent is the program's own. */
WINBASEAPI BOOL WINAPI ReadFileEx(HANDLE hFile, LPVOID lpBuffer, DWORD nNumberOfBytesToRead, LPOVERLAPPED lpOverlapped,
                                  LPOVERLAPPED_COMPLETION_ROUTINE lpCompletionRoutine);
WINBASEAPI BOOL WINAPI WriteFileEx(HANDLE hFile, LPCVOID lpBuffer, DWORD nNumberOfBytesToWrite, LPOVERLAPPED lpOverlapped,
                                   LPOVERLAPPED_COMPLETION_ROUTINE lpCompletionRoutine);

WINDSOCK_EXTERN_C_END

#endif
