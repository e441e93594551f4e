#include <winbase.h> /* programs written on case-insensitive file systems spell it WinBase.h */
