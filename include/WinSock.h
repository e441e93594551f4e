#include <winsock.h> /* programs written on case-insensitive file systems spell it WinSock.h */
