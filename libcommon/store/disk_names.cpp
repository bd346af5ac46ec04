#include "store/disk_names.hpp"

#include <fmt/format.h>

#include <charconv>

#include "base/bytes.hpp"
#include "base/charset.hpp"
#include "base/modified_utf7.hpp"
#include "base/sha256.hpp"
#include "base/text.hpp"
#include "base/utf.hpp"

namespace mbx::store {
namespace {

constexpr std::size_t kShortestName = 16;

bool is_control(char c) noexcept {
    return static_cast<unsigned char>(c) < 0x20 || c == 0x7f;
}

bool is_hex_digit(char c) noexcept {
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'F') || (c >= 'a' && c <= 'f');
}

bool starts_escape(std::string_view text) noexcept {
    return text.size() >= 3 && text[0] == '%' && is_hex_digit(text[1]) && is_hex_digit(text[2]);
}

std::string short_digest(std::string_view text) {
    return base::to_hex(base::sha256(base::as_bytes(text))).substr(0, 8);
}

void append_escaped(std::string& to, char c) {
    to += fmt::format("%{:02X}", static_cast<unsigned char>(c));
}

}  // namespace

std::string escape_name(std::string_view name, std::string_view forbidden, Percent percent) {
    std::string result;
    while (!name.empty()) {
        std::string_view rest = name;
        const bool valid = base::take_utf8(rest).valid;
        const std::string_view character = name.substr(0, name.size() - rest.size());
        const char c = name.front();
        const bool escaped = !valid || is_control(c) || c == '/' ||
                             forbidden.find(c) != std::string_view::npos ||
                             (percent == Percent::Escape && starts_escape(name));
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

std::string unescape_name(std::string_view name) {
    std::string result;
    while (!name.empty()) {
        unsigned value = static_cast<unsigned char>(name.front());
        std::size_t size = 1;
        if (starts_escape(name)) {
            std::from_chars(name.data() + 1, name.data() + 3, value, 16);
            size = 3;
        }
        result += static_cast<char>(value);
        name.remove_prefix(size);
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
    std::size_t end = limit - 9;
    while (end > 0 && (static_cast<unsigned char>(name[end]) & 0xc0U) == 0x80U) {
        --end;
    }
    return fmt::format("{}~{}", name.substr(0, end), short_digest(whole));
}

bool is_misspelt_inbox(std::string_view name) noexcept {
    return name != "INBOX" && base::equals_ignore_case(name, "INBOX");
}

mail::FolderPath fit_path(const mail::FolderPath& path,
                          const std::function<std::string(const std::string&, bool)>& possible_name,
                          const PathLimits& limits) {
    const auto shorten = [](std::string& name, std::string_view whole, const auto& is_too_long) {
        for (std::size_t limit = name.size() - 1; limit >= kShortestName && is_too_long();
             --limit) {
            name = shorten_name(name, limit, whole);
        }
    };
    mail::FolderPath result;
    for (const std::string& name : path) {
        std::string& possible = result.emplace_back(possible_name(name, result.empty()));
        shorten(possible, name, [&] { return limits.name_length(possible) > limits.longest_name; });
    }
    const auto is_too_long = [&] { return limits.path_length(result) > limits.longest_path; };
    if (is_too_long()) {
        const std::string whole = mail::to_string(path);
        // Marked even where the name alone fits: two folders lifted from different parents must not
        // meet.
        result.back() += '~' + short_digest(whole);
        while (is_too_long() && result.size() > 1) {
            result.erase(result.end() - 2);
        }
        shorten(result.back(), whole, is_too_long);
    }
    return result;
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
