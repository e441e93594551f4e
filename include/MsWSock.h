#include <mswsock.h> /* programs written on case-insensitive file systems spell it MsWSock.h */
