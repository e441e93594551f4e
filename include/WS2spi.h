#include <ws2spi.h> /* programs written on case-insensitive file systems spell it WS2spi.h */
