#include <mstcpip.h> /* programs written on case-insensitive file systems spell it Mstcpip.h */
