#include <ws2tcpip.h> /* programs written on case-insensitive file systems spell it WS2TCPIP.h */
