// Folder names on disk: what a file name can hold, and how what it cannot hold is written.
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>

#include "mail/folder_name.hpp"

namespace mbx::store {

/// Bytes of a file name on every usual file system.
inline constexpr std::size_t kLongestFileName = 255;

/// What becomes of a "%" that two hexadecimal digits follow.
enum class Percent {
    Escape,  ///< %25, so that undoing %XX gives the name back and different names stay different
    Keep,    ///< for names that may have been escaped already
};

/// Writes control characters, invalid UTF-8, "/" and each of `forbidden` as %XX.
std::string escape_name(std::string_view name, std::string_view forbidden,
                        Percent percent = Percent::Escape);

/// The way back.
std::string unescape_name(std::string_view name);

/// The same as escape_name for the character at `position` alone.
std::string escape_at(std::string_view name, std::size_t position);

/// At most `limit` bytes: a longer one is cut at a character and ends in "~" and eight digits of
/// the SHA-256 of `whole`, what must stay apart. Pre: limit >= 16.
std::string shorten_name(std::string_view name, std::size_t limit, std::string_view whole);

/// Is it "Inbox" in some other spelling than INBOX? Mail programs would take it for the Inbox.
bool is_misspelt_inbox(std::string_view name) noexcept;

/// What a path can be on disk.
struct PathLimits {
    std::size_t longest_path;  ///< bytes, as path_length counts them
    std::size_t longest_name;  ///< bytes, as name_length counts them
    std::function<std::size_t(const mail::FolderPath&)> path_length;
    std::function<std::size_t(const std::string&)> name_length;
};

/// Makes each name possible (`possible_name(name, is_top)`), shortens names that are too long, and
/// lifts a folder that lies too deep to the lowest parent where it fits; its name is marked then.
mail::FolderPath fit_path(const mail::FolderPath& path,
                          const std::function<std::string(const std::string&, bool)>& possible_name,
                          const PathLimits& limits);

/// A folder name found on disk, as UTF-8: modified UTF-7 (RFC 3501) where it can be nothing else,
/// else UTF-8, else Windows-1252. `names_are_utf8`: the store has names in UTF-8, so "&-" is no
/// "&".
std::string name_from_disk(std::string_view file_name, bool names_are_utf8);

/// A keyword that IMAP and the keyword files on disk can hold (RFC 9051 atom): blanks and specials
/// become "_", other characters than ASCII modified UTF-7, as Thunderbird does with its tags.
/// Empty when nothing is left.
std::string keyword_atom(std::string_view keyword);

}  // namespace mbx::store
