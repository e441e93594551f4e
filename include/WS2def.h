#include <ws2def.h> /* programs written on case-insensitive file systems spell it WS2def.h */
