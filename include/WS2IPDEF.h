#include <ws2ipdef.h> /* programs written on case-insensitive file systems spell it WS2IPDEF.h */
