#include <winsock2.h> /* programs written on case-insensitive file systems spell it Winsock2.h */
