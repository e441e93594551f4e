#include <winnt.h> /* programs written on case-insensitive file systems spell it WinNT.h */
