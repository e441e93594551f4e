/*
 * winehost.dll: the half of the bridge that Windows programs see. See bridge.h.
 *
 * No C library: it is loaded into every process of a prefix, Wine's services among them.
 */
#include "dlls/winehost/bridge.h"

#define WINSOCK_API_LINKAGE /* WSAStartup is ours */
#include <windows.h>

#include <stddef.h>

/* stubs.S knows these. */
_Static_assert(offsetof(Call, result) == 8 && offsetof(Call, probing) == 16 && offsetof(Call, number) == 24, "the layout of a Call");
_Static_assert(sizeof(Call) <= 0x98 - 0x20, "a Call fits into the frame");
_Static_assert(kFirstExport == 5, "the first export's number");

typedef LONG(WINAPI *Dispatcher)(uint64_t unixlib, unsigned code, void *arguments);

/* Until the unixlib is attached, and for ever when it cannot be. */
static LONG WINAPI no_host(uint64_t unixlib, unsigned code, void *arguments)
{
  (void)unixlib, (void)code, (void)arguments;
  return (LONG)kNoHostStatus;
}

uint64_t windsock_unixlib = 0;
Dispatcher windsock_dispatcher = no_host;
extern const uint64_t windsock_stubs[];

enum { kWsaFault = 10014, kWsaSystemNotReady = 10091 };
/* Its result is the error itself. */
#define EXPORT(number, symbol, name, how) kNumberOf_##symbol = number,
enum {
#include "dlls/winehost/winehost.exports"
  kExportCount
};
#undef EXPORT

typedef uint64_t(WINAPI *Procedure)(uint64_t, uint64_t, uint64_t, uint64_t, uint64_t, uint64_t, uint64_t, uint64_t);

static uint64_t failure_of(Call *call)
{
  if (windsock_dispatcher(windsock_unixlib, kFailed, call) != 0)
    return (uint64_t)-1;
  return call->result;
}

/* A call that did not go through at once. */
uint64_t windsock_finish_call(Call *call, uint32_t status)
{
  for (;;) {
    if (status == 0)
      return call->result;
    if (status == kNoHostStatus) {
      if (call->number == kNumberOf_WSAStartup)
        return kWsaSystemNotReady;
      SetLastError(kWsaSystemNotReady);
      return (uint64_t)-1;
    }
    if (status == kCallbackStatus) {
      const uint64_t *a = call->procedure_arguments;
      call->result = ((Procedure)call->procedure)(a[0], a[1], a[2], a[3], a[4], a[5], a[6], a[7]);
      status = (uint32_t)windsock_dispatcher(windsock_unixlib, kResume, call);
      continue;
    }
    if (call->probing < 0 || call->arguments[call->probing] == kBadPointer) { /* not seen coming: memory that vanished during the call, or an array that leaves it */
      SetLastError(kWsaFault);
      return failure_of(call);
    }
    call->arguments[call->probing] = kBadPointer;
    call->probing = -1;
    status = (uint32_t)windsock_dispatcher(windsock_unixlib, kFirstExport + (unsigned)call->number, call);
  }
}

/* ---- the hooks (hooks.h): the numbers of our services in ntdll's stubs ---- */

static const char *const kHooked[] = {
#define HOOK(name, count) #name,
#include "dlls/winehost/hooks.def"
#undef HOOK
};
enum { kHookCount = sizeof kHooked / sizeof *kHooked, kOurTable = 0x3000 };

/* A stub begins with mov r10, rcx; mov eax, <number>. */
static uint32_t *service_number_in(unsigned char *stub)
{
  static const unsigned char kBeginning[] = {0x4c, 0x8b, 0xd1, 0xb8};
  for (unsigned i = 0; stub && i < sizeof kBeginning; i++)
    if (stub[i] != kBeginning[i])
      return NULL;
  return stub ? (uint32_t *)(void *)(stub + sizeof kBeginning) : NULL;
}

/* All or none. The numbers are aligned, so another thread meets the old one or the new one. */
static BOOL hook_services(HMODULE ntdll)
{
  uint32_t *numbers[kHookCount];
  for (unsigned i = 0; i < kHookCount; i++) {
    numbers[i] = service_number_in((unsigned char *)(void *)GetProcAddress(ntdll, kHooked[i]));
    if (!numbers[i] || (uintptr_t)numbers[i] % sizeof(uint32_t) != 0)
      return FALSE;
  }
  for (unsigned i = 0; i < kHookCount; i++) {
    DWORD before, ignored;
    if (!VirtualProtect(numbers[i], sizeof(uint32_t), PAGE_EXECUTE_READWRITE, &before))
      return FALSE;
    __atomic_store_n(numbers[i], kOurTable | i, __ATOMIC_SEQ_CST);
    VirtualProtect(numbers[i], sizeof(uint32_t), before, &ignored);
  }
  return TRUE;
}

/*
 * The functions of winehost.so, which lies beside this file. Wine loads an ELF file with a module's head from wherever a path leads;
 * what it calls a builtin module's unix half it would look for in its own folders and in WINEDLLPATH alone (measured).
 */
static uint64_t load_unix_half(HINSTANCE self)
{
  static const WCHAR kName[] = L"winehost.so";
  WCHAR path[1024];
  DWORD length = GetModuleFileNameW(self, path, sizeof path / sizeof *path);
  if (length == 0 || length >= sizeof path / sizeof *path)
    return 0;
  while (length > 0 && path[length - 1] != '\\')
    length--;
  if (length + sizeof kName / sizeof *kName > sizeof path / sizeof *path)
    return 0;
  for (unsigned i = 0; i < sizeof kName / sizeof *kName; i++)
    path[length + i] = kName[i];
  HMODULE half = LoadLibraryW(path);
  return half ? (uint64_t)(uintptr_t)GetProcAddress(half, "__wine_unix_call_funcs") : 0;
}

/* ---- what the core has run on this side ---- */

static DWORD WINAPI thread_start(void *body)
{
  return (DWORD)windsock_dispatcher(windsock_unixlib, kRun, body);
}

typedef void(CALLBACK *CompletionRoutine)(DWORD error, DWORD bytes, void *overlapped, DWORD flags);

static void WINAPI completion_routine(uint64_t routine_and_flags, uint64_t error_and_bytes, uint64_t overlapped)
{
  const uint64_t kAddress = ((uint64_t)1 << kFlagsShift) - 1;
  CompletionRoutine routine = (CompletionRoutine)(uintptr_t)(routine_and_flags & kAddress);
  routine((DWORD)error_and_bytes, (DWORD)(error_and_bytes >> kBytesShift), (void *)(uintptr_t)overlapped, (DWORD)(routine_and_flags >> kFlagsShift));
}

static BOOL attach(HINSTANCE self)
{
  HMODULE ntdll = GetModuleHandleW(L"ntdll.dll");
  Dispatcher *dispatcher = (Dispatcher *)(void *)GetProcAddress(ntdll, "__wine_unix_call_dispatcher");
  uint64_t unixlib = dispatcher ? load_unix_half(self) : 0;
  if (!unixlib)
    return FALSE;
  Attach attaching = {kBridgeVersion, windsock_stubs, (uint64_t)(uintptr_t)&WaitForMultipleObjectsEx, (uint64_t)(uintptr_t)&thread_start,
                      (uint64_t)(uintptr_t)&completion_routine};
  if ((*dispatcher)(unixlib, kAttach, &attaching) != 0 || !hook_services(ntdll))
    return FALSE;
  /* The hooks outlive whoever has loaded us. */
  HMODULE pinned;
  GetModuleHandleExW(GET_MODULE_HANDLE_EX_FLAG_PIN | GET_MODULE_HANDLE_EX_FLAG_FROM_ADDRESS, (LPCWSTR)(void *)self, &pinned);
  windsock_unixlib = unixlib;
  windsock_dispatcher = *dispatcher;
  return TRUE;
}

/* ---- Wine's own modules ---- */

/* They call Winsock without starting it, or before, which Wine's allows: Winsock is started when one of them is loaded. (Windows' own
 * such modules start it in their processes, too.) */
static const WCHAR *const kUnstarted[] = {L"wineboot.exe", L"winhttp.dll", L"wininet.dll", L"jsproxy.dll", L"wbemprox.dll"};
enum { kUnstartedCount = sizeof kUnstarted / sizeof *kUnstarted };

static void start_for_wine(void)
{
  static WSADATA data;
  WSAStartup(MAKEWORD(2, 2), &data);
}

/* https://learn.microsoft.com/windows/win32/devnotes/ldrregisterdllnotification */
typedef struct {
  USHORT length, size; /* in bytes */
  WCHAR *text;
} UnicodeString;
typedef struct {
  ULONG flags;
  const UnicodeString *path, *name;
} LoadedModule;
typedef void(CALLBACK *Notification)(ULONG reason, const LoadedModule *module, void *context);
typedef LONG(WINAPI *RegisterNotification)(ULONG flags, Notification notification, void *context, void **cookie);

static BOOL is_name(const UnicodeString *given, const WCHAR *name)
{
  unsigned count = given->length / sizeof(WCHAR), i = 0;
  for (; i < count && name[i]; i++) {
    WCHAR c = given->text[i];
    if (c >= 'A' && c <= 'Z')
      c += 'a' - 'A';
    if (c != name[i])
      return FALSE;
  }
  return i == count && !name[i];
}

static void CALLBACK module_loaded(ULONG reason, const LoadedModule *module, void *context)
{
  (void)context;
  for (unsigned i = 0; i < kUnstartedCount && reason == 1; i++)
    if (is_name(module->name, kUnstarted[i]))
      start_for_wine();
}

static void watch_for_wines_modules(HMODULE ntdll)
{
  static void *cookie;
  RegisterNotification watch = (RegisterNotification)(void *)GetProcAddress(ntdll, "LdrRegisterDllNotification");
  if (watch)
    watch(0, module_loaded, NULL, &cookie);
  for (unsigned i = 0; i < kUnstartedCount; i++)
    if (GetModuleHandleW(kUnstarted[i]))
      start_for_wine();
}

/* Without its host the DLL is there all the same, and WSAStartup says WSASYSNOTREADY: a process that never starts Winsock, as many
 * that import it do, is not to die of it. */
BOOL WINAPI DllMainCRTStartup(HINSTANCE self, DWORD reason, void *reserved)
{
  (void)reserved;
  if (reason == DLL_PROCESS_ATTACH && attach(self))
    watch_for_wines_modules(GetModuleHandleW(L"ntdll.dll"));
  if (reason == DLL_THREAD_DETACH)
    windsock_dispatcher(windsock_unixlib, kThreadEnds, NULL);
  return TRUE;
}
