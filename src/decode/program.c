/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "decode/program.h"

#include <elf.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

/* Symbols looked at in one table: more than any allocator hides behind, and a bound on the work. */
#define SYMBOLS_MOST (UINT64_C(1) << 21)
#define HEADERS_MOST 4096u

#if __SIZEOF_POINTER__ == 8
#define NATIVE_CLASS ELFCLASS64
typedef Elf64_Ehdr elf_header;
typedef Elf64_Phdr elf_segment;
typedef Elf64_Shdr elf_section;
typedef Elf64_Sym elf_symbol;
typedef Elf64_Dyn elf_dynamic;
#else
#define NATIVE_CLASS ELFCLASS32
typedef Elf32_Ehdr elf_header;
typedef Elf32_Phdr elf_segment;
typedef Elf32_Shdr elf_section;
typedef Elf32_Sym elf_symbol;
typedef Elf32_Dyn elf_dynamic;
#endif

#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
#define NATIVE_ORDER ELFDATA2LSB
#else
#define NATIVE_ORDER ELFDATA2MSB
#endif

#if defined(__x86_64__)
#define NATIVE_MACHINE EM_X86_64
#elif defined(__aarch64__)
#define NATIVE_MACHINE EM_AARCH64
#elif defined(__i386__)
#define NATIVE_MACHINE EM_386
#endif

struct file {
	const uint8_t *bytes;
	size_t length;
	elf_header header;
};

/* SIZE bytes at OFFSET, or NULL when the file ends before. */
static const uint8_t *
piece(const struct file *file, uint64_t offset, uint64_t size)
{
	if (offset > file->length || size > file->length - offset)
		return NULL;
	return file->bytes + offset;
}

/* The SIZE bytes at OFFSET into OUT; the file's own alignment is never relied on. */
static bool
copy(const struct file *file, uint64_t offset, void *out, size_t size)
{
	const uint8_t *bytes = piece(file, offset, size);
	if (bytes == NULL)
		return false;
	memcpy(out, bytes, size);
	return true;
}

static bool
segment_at(const struct file *file, unsigned index, elf_segment *out)
{
	return file->header.e_phentsize >= sizeof(*out) &&
	       copy(file, file->header.e_phoff + (uint64_t)index * file->header.e_phentsize, out,
		   sizeof(*out));
}

static bool
section_at(const struct file *file, unsigned index, elf_section *out)
{
	return index < file->header.e_shnum && file->header.e_shentsize >= sizeof(*out) &&
	       copy(file, file->header.e_shoff + (uint64_t)index * file->header.e_shentsize, out,
		   sizeof(*out));
}

static bool
find_segment(const struct file *file, uint32_t type, elf_segment *out)
{
	for (unsigned i = 0; i < file->header.e_phnum && i < HEADERS_MOST; i++)
		if (segment_at(file, i, out) && out->p_type == type)
			return true;
	return false;
}

/* The string at OFFSET of the table in SECTION, or NULL when it does not end inside it. */
static const char *
string_at(const struct file *file, const elf_section *section, uint64_t offset)
{
	const uint8_t *table = piece(file, section->sh_offset, section->sh_size);
	if (table == NULL || offset >= section->sh_size)
		return NULL;
	const uint8_t *string = table + offset;
	return memchr(string, '\0', section->sh_size - offset) != NULL ? (const char *)string
								       : NULL;
}

static bool
has_section(const struct file *file, const char *const *names, size_t count)
{
	elf_section names_section, section;
	if (!section_at(file, file->header.e_shstrndx, &names_section))
		return false;
	for (unsigned i = 0; i < file->header.e_shnum && i < HEADERS_MOST; i++) {
		const char *name = section_at(file, i, &section)
				       ? string_at(file, &names_section, section.sh_name)
				       : NULL;
		for (size_t k = 0; name != NULL && k < count; k++)
			if (strcmp(name, names[k]) == 0)
				return true;
	}
	return false;
}

static bool
is_go(const struct file *file)
{
	static const char *const names[] = { ".go.buildinfo", ".note.go.buildid" };
	return has_section(file, names, 2);
}

/* Its PT_INTERP names musl's linker, /lib/ld-musl-ARCH.so.1. */
static bool
is_musl(const struct file *file, const elf_segment *interpreter)
{
	static const char mark[] = "/ld-musl-";
	const uint8_t *path = piece(file, interpreter->p_offset, interpreter->p_filesz);
	return path != NULL && memmem(path, interpreter->p_filesz, mark, sizeof(mark) - 1) != NULL;
}

/* What the symbol tables tell. */
struct symbols {
	bool sanitizer;
	bool malloc;
};

static void
look_at_symbol(const elf_symbol *symbol, const char *name, struct symbols *found)
{
	static const char *const sanitizers[] = { "__asan_init", "__tsan_init", "__msan_init",
		"__lsan_init", "__hwasan_init" };
	if (name[0] == 'm' && strcmp(name, "malloc") == 0) {
		unsigned type = symbol->st_info & 0xfu, binding = symbol->st_info >> 4;
		found->malloc =
		    found->malloc || (symbol->st_shndx != SHN_UNDEF && binding != STB_LOCAL &&
					 (type == STT_FUNC || type == STT_GNU_IFUNC));
	} else if (name[0] == '_' && name[1] == '_') {
		for (size_t i = 0; i < sizeof(sanitizers) / sizeof(sanitizers[0]); i++)
			found->sanitizer = found->sanitizer || strcmp(name, sanitizers[i]) == 0;
	}
}

static void
look_at_table(const struct file *file, const elf_section *section, struct symbols *found)
{
	elf_section strings;
	if (!section_at(file, section->sh_link, &strings))
		return;
	const uint8_t *names = piece(file, strings.sh_offset, strings.sh_size);
	const uint8_t *table = piece(file, section->sh_offset, section->sh_size);
	/* One look at the end bounds every name inside the table. */
	if (names == NULL || table == NULL || strings.sh_size == 0 ||
	    names[strings.sh_size - 1] != 0)
		return;
	uint64_t count = section->sh_size / sizeof(elf_symbol);
	for (uint64_t i = 0; i < count && i < SYMBOLS_MOST; i++) {
		elf_symbol symbol;
		memcpy(&symbol, table + i * sizeof(symbol), sizeof(symbol));
		if (symbol.st_name < strings.sh_size)
			look_at_symbol(&symbol, (const char *)names + symbol.st_name, found);
	}
}

static struct symbols
look_at_symbols(const struct file *file)
{
	struct symbols found = { false, false };
	elf_section section;
	for (unsigned i = 0; i < file->header.e_shnum && i < HEADERS_MOST; i++)
		if (section_at(file, i, &section) &&
		    (section.sh_type == SHT_DYNSYM || section.sh_type == SHT_SYMTAB))
			look_at_table(file, &section, &found);
	return found;
}

/* The file offset of a virtual address, or UINT64_MAX. */
static uint64_t
offset_of(const struct file *file, uint64_t address)
{
	elf_segment segment;
	for (unsigned i = 0; i < file->header.e_phnum && i < HEADERS_MOST; i++)
		if (segment_at(file, i, &segment) && segment.p_type == PT_LOAD &&
		    address >= segment.p_vaddr && address - segment.p_vaddr < segment.p_filesz)
			return segment.p_offset + (address - segment.p_vaddr);
	return UINT64_MAX;
}

static bool
is_sanitizer_library(const struct file *file, uint64_t offset)
{
	static const char *const names[] = { "libasan.so", "libtsan.so", "liblsan.so",
		"libhwasan.so", "libclang_rt.asan", "libclang_rt.tsan" };
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		const uint8_t *name = piece(file, offset, strlen(names[i]));
		if (name != NULL && memcmp(name, names[i], strlen(names[i])) == 0)
			return true;
	}
	return false;
}

/* The dynamic section: address of the string table, then the libraries needed. */
static bool
needs_sanitizer(const struct file *file)
{
	elf_segment segment;
	elf_dynamic entry;
	uint64_t strings = UINT64_MAX;
	if (!find_segment(file, PT_DYNAMIC, &segment))
		return false;
	uint64_t count = segment.p_filesz / sizeof(entry);
	for (uint64_t i = 0; i < count && i < HEADERS_MOST; i++)
		if (copy(file, segment.p_offset + i * sizeof(entry), &entry, sizeof(entry)) &&
		    entry.d_tag == DT_STRTAB)
			strings = offset_of(file, entry.d_un.d_ptr);
	if (strings == UINT64_MAX)
		return false;
	for (uint64_t i = 0; i < count && i < HEADERS_MOST; i++)
		if (copy(file, segment.p_offset + i * sizeof(entry), &entry, sizeof(entry)) &&
		    entry.d_tag == DT_NEEDED && entry.d_un.d_val < file->length &&
		    is_sanitizer_library(file, strings + entry.d_un.d_val))
			return true;
	return false;
}

static bool
is_native(const struct file *file)
{
	const unsigned char *ident = file->header.e_ident;
	if (ident[EI_CLASS] != NATIVE_CLASS || ident[EI_DATA] != NATIVE_ORDER)
		return false;
#ifdef NATIVE_MACHINE
	return file->header.e_machine == NATIVE_MACHINE;
#else
	return true;
#endif
}

static enum ht_program_obstacle
judge(const struct file *file)
{
	elf_segment interpreter;
	if (!is_native(file))
		return HT_PROGRAM_FOREIGN;
	bool dynamic = find_segment(file, PT_INTERP, &interpreter);
	if (dynamic && is_musl(file, &interpreter))
		return HT_PROGRAM_OTHER_LIBC;
	if (is_go(file))
		return HT_PROGRAM_GO;
	if (!dynamic)
		return HT_PROGRAM_STATIC;
	struct symbols symbols = look_at_symbols(file);
	if (symbols.sanitizer || needs_sanitizer(file))
		return HT_PROGRAM_SANITIZED;
	return symbols.malloc ? HT_PROGRAM_OWN_ALLOCATOR : HT_PROGRAM_FREE;
}

/* "#!", blanks, the interpreter's path up to a blank or the line's end. */
static void
decode_script(const char *bytes, size_t length, struct ht_program *out)
{
	size_t start = 2, end;
	while (start < length && (bytes[start] == ' ' || bytes[start] == '\t'))
		start++;
	for (end = start; end < length; end++)
		if (bytes[end] == '\0' || strchr(" \t\n", bytes[end]) != NULL)
			break;
	if (end - start >= sizeof(out->interpreter))
		return;
	memcpy(out->interpreter, bytes + start, end - start);
	out->interpreter[end - start] = '\0';
}

void
ht_program_decode(const void *bytes, size_t length, struct ht_program *out)
{
	struct file file = { .bytes = bytes, .length = length };
	*out = (struct ht_program){ .obstacle = HT_PROGRAM_FREE };
	if (length >= 2 && memcmp(bytes, "#!", 2) == 0) {
		decode_script(bytes, length, out);
		return;
	}
	if (length < EI_NIDENT || memcmp(bytes, ELFMAG, SELFMAG) != 0)
		return;
	/* The header of another class differs from e_ident on, but its first bytes suffice. */
	memcpy(&file.header, bytes, length < sizeof(file.header) ? length : sizeof(file.header));
	if (length >= sizeof(file.header))
		out->obstacle = judge(&file);
	else if (!is_native(&file))
		out->obstacle = HT_PROGRAM_FOREIGN;
}
