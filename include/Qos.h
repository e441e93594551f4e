#include <qos.h> /* programs written on case-insensitive file systems spell it Qos.h */
