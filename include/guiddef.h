/* guiddef.h - GUID, its names and comparisons. https://learn.microsoft.com/windows/win32/api/guiddef/ns-guiddef-guid */
#ifndef GUID_DEFINED
#define GUID_DEFINED
#define _GUIDDEF_H_

#include <string.h>

#include <windsock/version.h>

typedef struct _GUID {
    unsigned int Data1;
    unsigned short Data2;
    unsigned short Data3;
    unsigned char Data4[8];
} GUID;

typedef GUID *LPGUID;
typedef const GUID *LPCGUID;
typedef GUID IID, *LPIID;
typedef GUID CLSID, *LPCLSID;
typedef GUID FMTID, *LPFMTID;

#define GUID_NULL WINDSOCK_GUID_NULL
#define IID_NULL GUID_NULL

/* With INITGUID before it a DEFINE_GUID defines the object, otherwise it declares it; as on Windows. */
#ifdef __cplusplus
#define WINDSOCK_GUID_LINKAGE extern "C"
#else
#define WINDSOCK_GUID_LINKAGE extern
#endif
#ifdef INITGUID
#define DEFINE_GUID(name, l, w1, w2, b1, b2, b3, b4, b5, b6, b7, b8)                                         \
    WINDSOCK_GUID_LINKAGE const GUID name __attribute__((__weak__));                                          \
    const GUID name = {l, w1, w2, {b1, b2, b3, b4, b5, b6, b7, b8}}
#else
#define DEFINE_GUID(name, l, w1, w2, b1, b2, b3, b4, b5, b6, b7, b8) WINDSOCK_GUID_LINKAGE const GUID name
#endif

#ifdef __cplusplus
#define REFGUID const GUID &
#define REFIID const IID &
#define REFCLSID const CLSID &
extern "C++" {
inline int InlineIsEqualGUID(REFGUID a, REFGUID b)
{
    return memcmp(&a, &b, sizeof(GUID)) == 0;
}
inline int IsEqualGUID(REFGUID a, REFGUID b)
{
    return memcmp(&a, &b, sizeof(GUID)) == 0;
}
inline bool operator==(REFGUID a, REFGUID b)
{
    return IsEqualGUID(a, b) != 0;
}
inline bool operator!=(REFGUID a, REFGUID b)
{
    return IsEqualGUID(a, b) == 0;
}
inline constexpr GUID WINDSOCK_GUID_NULL = {0, 0, 0, {0, 0, 0, 0, 0, 0, 0, 0}};
}
#else
#define REFGUID const GUID *const
#define REFIID const IID *const
#define REFCLSID const IID *const
#define InlineIsEqualGUID(a, b) (memcmp((a), (b), sizeof(GUID)) == 0)
#define IsEqualGUID(a, b) (memcmp((a), (b), sizeof(GUID)) == 0)
#define WINDSOCK_GUID_NULL ((GUID){0, 0, 0, {0, 0, 0, 0, 0, 0, 0, 0}})
#endif
#define IsEqualIID(a, b) IsEqualGUID(a, b)
#define IsEqualCLSID(a, b) IsEqualGUID(a, b)

#endif
