/*
 * windsock/version.h - marks a compilation as one against Windsock's headers, and what every one of them shares.
 *
 * Portable sources write `#if defined _WIN32 || defined WINDSOCK`. _WIN32 itself is never defined here: host libraries
 * would take it as an order to include headers that Linux does not have.
 */
#ifndef WINDSOCK_VERSION_H_
#define WINDSOCK_VERSION_H_

#define WINDSOCK_MAJOR 0
#define WINDSOCK_MINOR 1
#define WINDSOCK_PATCH 0
/* 10000 * major + 100 * minor + patch */
#define WINDSOCK (WINDSOCK_MAJOR * 10000 + WINDSOCK_MINOR * 100 + WINDSOCK_PATCH)

#ifdef _WIN32
#error "Windsock's headers are for native Linux programs; a compiler that defines _WIN32 has its own"
#endif

/* What a program may assume about the Windows it seems to run on, unless it says otherwise itself. */
#ifndef _WIN32_WINNT
#define _WIN32_WINNT 0x0A00
#endif
#ifndef WINVER
#define WINVER _WIN32_WINNT
#endif

#ifdef __cplusplus
#define WINDSOCK_EXTERN_C_BEGIN extern "C" {
#define WINDSOCK_EXTERN_C_END }
#else
#define WINDSOCK_EXTERN_C_BEGIN
#define WINDSOCK_EXTERN_C_END
#endif

/* Exported functions stay visible in libraries built with -fvisibility=hidden, our own among them. */
#define WINDSOCK_API __attribute__((__visibility__("default")))

/*
 * Binds a function that libc has too to our symbol. An ELF library that exported a bare `send` would capture the calls
 * of every libc user in the process; with the label only code compiled against these headers is ours.
 */
#define WINDSOCK_LIBC_NAME(name) __asm__("WS_" #name)

/* name is the A or the W function, as UNICODE says. */
#ifdef UNICODE
#define WINDSOCK_AW(name) name##W
#else
#define WINDSOCK_AW(name) name##A
#endif

#endif
