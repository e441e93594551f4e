#include <windef.h> /* programs written on case-insensitive file systems spell it WinDef.h */
