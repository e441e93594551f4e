#include <winerror.h> /* programs written on case-insensitive file systems spell it WinError.h */
