// Folder names on disk: what a file name can hold, and how what it cannot hold is written.
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "mail/folder_name.hpp"
#include "store/directory.hpp"
#include "store/name_escape.hpp"

namespace mbx::store {

/// Bytes of a file name on every usual file system.
inline constexpr std::size_t kLongestFileName = 255;

/// Of a folder's path in a mailbox; leaves room below PATH_MAX for what is above and for a message.
inline constexpr std::size_t kLongestPath = 3500;

/// Writes control characters, invalid UTF-8, "/" and each of `forbidden` as %XX; so does
/// base::percent_decoded give the name back, if its own escapes are escaped.
std::string escape_name(std::string_view name, std::string_view forbidden,
                        OwnEscapes own = OwnEscapes::Escape);

/// The same as escape_name for the character at `position` alone.
std::string escape_at(std::string_view name, std::size_t position);

/// At most `limit` bytes: a longer one is cut at a character and ends in "~" and eight digits of
/// the SHA-256 of `whole`, what must stay apart. Pre: limit >= 16.
std::string shorten_name(std::string_view name, std::size_t limit, std::string_view whole);

/// What a path can be on disk.
struct PathLimits {
    std::size_t longest_path;  ///< bytes, as path_length counts them
    std::size_t longest_name;  ///< bytes, as name_length counts them
    std::function<std::size_t(const mail::FolderPath&)> path_length;
    std::function<std::size_t(const std::string&)> name_length;
};

/// How names are written on disk: names that lead to the folder, and the way back.
struct DiskNaming {
    NameEscape top;    ///< of names at the top
    NameEscape below;  ///< of all others
    PathLimits limits;

    /// Names written so that the disk can hold them. Names that are too long are cut, and a folder
    /// that lies too deep is lifted to the lowest parent where it fits; either is marked then.
    mail::FolderPath encode(const mail::FolderPath& path) const;
    /// What was cut or lifted is not undone here: see NameFile.
    mail::FolderPath decode(const mail::FolderPath& on_disk) const;
};

/// `path` itself; but where it begins with "Inbox" in some other spelling it begins with INBOX,
/// which is the only one that mail programs know.
mail::FolderPath with_inbox(mail::FolderPath path);

/// The file in or beside a folder that says which path it stands for: written where the names on
/// disk alone do not tell.
class NameFile {
  public:
    /// Writes it when need be.
    static void write(const Directory& place, const std::string& file_name,
                      const mail::FolderPath& path, const DiskNaming& naming);
    /// The path of the folder with the names `on_disk`; the file would lie in the folder that
    /// `steps` lead to. It counts as long as nobody has renamed the folder since.
    static mail::FolderPath path_of(const Directory& root, const std::vector<std::string>& steps,
                                    const std::string& file_name, const mail::FolderPath& on_disk,
                                    const DiskNaming& naming);
};

/// A folder name found on disk, as UTF-8: modified UTF-7 (RFC 3501) where it can be nothing else,
/// else UTF-8, else Windows-1252. `names_are_utf8`: the store has names in UTF-8, so "&-" is no
/// "&".
std::string name_from_disk(std::string_view file_name, bool names_are_utf8);

/// A keyword that IMAP and the keyword files on disk can hold (RFC 9051 atom): blanks and specials
/// become "_", other characters than ASCII modified UTF-7, as Thunderbird does with its tags.
/// Empty when nothing is left.
std::string keyword_atom(std::string_view keyword);

}  // namespace mbx::store
