#include "store/disk_names.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <utility>

#include "base/bytes.hpp"
#include "base/charset.hpp"
#include "base/error.hpp"
#include "base/modified_utf7.hpp"
#include "base/percent.hpp"
#include "base/sha256.hpp"
#include "base/text.hpp"
#include "base/utf.hpp"

namespace mbx::store {
namespace {

constexpr std::size_t kShortestName = 16;
constexpr char kCutMark = '~';
constexpr std::size_t kCutDigits = 8;
constexpr std::uint64_t kLargestNameFile = 1024 * 1024;

bool is_control(char c) noexcept {
    return static_cast<unsigned char>(c) < 0x20 || c == 0x7f;
}

bool looks_cut(std::string_view name) {
    const std::size_t mark = name.rfind(kCutMark);
    return mark != std::string_view::npos && name.size() - mark == kCutDigits + 1;
}

std::string short_digest(std::string_view text) {
    return base::to_hex(base::sha256(base::as_bytes(text))).substr(0, kCutDigits);
}

bool starts_escape(std::string_view text) noexcept {
    return text.size() >= 3 && text[0] == '%' && base::hex_value(text[1]) >= 0 &&
           base::hex_value(text[2]) >= 0;
}

void append_escaped(std::string& to, char c) {
    to += fmt::format("%{:02X}", static_cast<unsigned char>(c));
}

}  // namespace

std::string escape_name(std::string_view name, std::string_view forbidden, OwnEscapes own) {
    std::string result;
    while (!name.empty()) {
        std::string_view rest = name;
        const bool valid = base::take_utf8(rest).valid;
        const std::string_view character = name.substr(0, name.size() - rest.size());
        const char c = name.front();
        const bool escaped = !valid || is_control(c) || c == '/' ||
                             forbidden.find(c) != std::string_view::npos ||
                             (own == OwnEscapes::Escape && starts_escape(name));
        if (escaped) {
            for (const char byte : character) {
                append_escaped(result, byte);
            }
        } else {
            result += character;
        }
        name = rest;
    }
    return result;
}

std::string escape_at(std::string_view name, std::size_t position) {
    std::string result(name.substr(0, position));
    append_escaped(result, name[position]);
    return result += name.substr(position + 1);
}

std::string shorten_name(std::string_view name, std::size_t limit, std::string_view whole) {
    if (name.size() <= limit) {
        return std::string(name);
    }
    std::size_t end = limit - (kCutDigits + 1);
    while (end > 0 && (static_cast<unsigned char>(name[end]) & 0xc0U) == 0x80U) {
        --end;
    }
    return fmt::format("{}{}{}", name.substr(0, end), kCutMark, short_digest(whole));
}

mail::FolderPath DiskNaming::encode(const mail::FolderPath& path) const {
    const auto shorten = [](std::string& name, std::string_view whole, const auto& is_too_long) {
        for (std::size_t limit = name.size() - 1; limit >= kShortestName && is_too_long();
             --limit) {
            name = shorten_name(name, limit, whole);
        }
    };
    mail::FolderPath result;
    for (const std::string& name : path) {
        const NameEscape& escape = result.empty() ? top : below;
        std::string& possible = result.emplace_back(escape.encode(name));
        shorten(possible, name, [&] { return limits.name_length(possible) > limits.longest_name; });
    }
    const auto is_too_long = [&] { return limits.path_length(result) > limits.longest_path; };
    if (is_too_long()) {
        const std::string whole = mail::to_string(path);
        // Marked even where the name alone fits: two folders lifted from different parents must not
        // meet.
        result.back() += kCutMark + short_digest(whole);
        while (is_too_long() && result.size() > 1) {
            result.erase(result.end() - 2);
        }
        shorten(result.back(), whole, is_too_long);
    }
    return result;
}

mail::FolderPath DiskNaming::decode(const mail::FolderPath& on_disk) const {
    mail::FolderPath path;
    for (const std::string& name : on_disk) {
        path.push_back((path.empty() ? top : below).decode(name));
    }
    return path;
}

mail::FolderPath with_inbox(mail::FolderPath path) {
    if (base::equals_ignore_case(path.front(), "INBOX")) {
        path.front() = "INBOX";
    }
    return path;
}

void NameFile::write(const Directory& place, const std::string& file_name,
                     const mail::FolderPath& path, const DiskNaming& naming) {
    if (naming.decode(naming.encode(path)) != path) {
        place.replace_file(file_name, mail::to_string(path) + '\n');
    }
}

mail::FolderPath NameFile::path_of(const Directory& root, const std::vector<std::string>& steps,
                                   const std::string& file_name, const mail::FolderPath& on_disk,
                                   const DiskNaming& naming) {
    if (std::any_of(on_disk.begin(), on_disk.end(), looks_cut)) {
        try {
            const std::optional<Directory> place = find_folder(root, steps);
            const std::string line =
                place ? place->read_file(file_name, kLargestNameFile) : std::string();
            mail::FolderPath path = mail::parse_folder_path(base::trim(line));
            if (naming.encode(path) == on_disk) {
                return path;
            }
        } catch (const Error&) {  // NOLINT(bugprone-empty-catch): the names on disk are all we have
        }
    }
    return naming.decode(on_disk);
}

std::string name_from_disk(std::string_view file_name, bool names_are_utf8) {
    if (const std::optional<std::string> decoded = base::decode_modified_utf7(file_name);
        decoded && (!names_are_utf8 || !base::is_ascii(*decoded))) {
        return *decoded;
    }
    return base::is_valid_utf8(file_name) ? std::string(file_name)
                                          : base::decode_code_page(file_name, 1252);
}

std::string keyword_atom(std::string_view keyword) {
    constexpr std::string_view kSpecials = "(){%*\"\\] \x7f";
    std::string result = base::encode_modified_utf7(keyword);
    if (base::is_ascii(keyword)) {
        result = keyword;  // "&" stands for itself in a keyword
    }
    for (char& c : result) {
        if (is_control(c) || kSpecials.find(c) != std::string_view::npos) {
            c = '_';
        }
    }
    return result;
}

}  // namespace mbx::store
