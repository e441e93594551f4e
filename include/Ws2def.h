#include <ws2def.h> /* programs written on case-insensitive file systems spell it Ws2def.h */
