#include <windows.h> /* programs written on case-insensitive file systems spell it WINDOWS.h */
