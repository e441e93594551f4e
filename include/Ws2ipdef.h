#include <ws2ipdef.h> /* programs written on case-insensitive file systems spell it Ws2ipdef.h */
