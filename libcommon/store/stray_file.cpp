#include "store/stray_file.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include "base/error.hpp"
#include "base/text.hpp"
#include "store/file_look.hpp"
#include "store/side_file.hpp"

namespace mbx::store {
namespace {

using namespace std::string_view_literals;

/// Mail whatever is in it, if only in a form that no store of ours reads. Hidden files of such
/// names are programs' own, of ours, too: ".INBOX.mbx" while an mbox is written.
constexpr std::array kMailEndings{".eml"sv, ".emlx"sv, ".msg"sv, ".mbox"sv,
                                  ".mbx"sv, ".pst"sv,  ".ost"sv, ".dbx"sv};

bool is_mail_name(std::string_view name) noexcept {
    return !is_hidden(name) &&
           std::any_of(kMailEndings.begin(), kMailEndings.end(),
                       [&](std::string_view ending) { return has_ending(name, ending); });
}

/// Links that mail programs and editors use as locks lead nowhere on purpose.
bool is_lock(std::string_view name) noexcept {
    return name.starts_with(".#") || name == "lock" || has_ending(name, "lock");
}

/// No name of a message, or of an mbox.
bool is_tarball(std::string_view name) noexcept {
    return name.find(".tar.") != std::string_view::npos;
}

enum class Stray { Nothing, NoMail, Link, BrokenLink, MayBeMail, Mail };

Stray look_at_file(const Directory& folder, const std::string& name) {
    try {
        const std::optional<base::File> file = folder.find_file(name);
        if (!file || file->size() == 0) {
            return Stray::Nothing;
        }
        const FileLook look = look_at(*file);
        if (look == FileLook::Mail || is_mail_name(name)) {
            return Stray::Mail;
        }
        return look == FileLook::Packed && !is_tarball(name) ? Stray::MayBeMail : Stray::NoMail;
    } catch (const Error&) {
        return Stray::MayBeMail;
    }
}

Stray look_at_stray(const Directory& folder, const DirectoryEntry& entry) {
    if (is_side_file(entry.name)) {
        return Stray::Nothing;
    }
    if (entry.kind == EntryKind::File) {
        return look_at_file(folder, entry.name);
    }
    if (entry.kind != EntryKind::Link) {
        return Stray::NoMail;
    }
    if (!folder.is_broken_link(entry.name)) {
        return Stray::Link;
    }
    return is_lock(entry.name) ? Stray::Nothing : Stray::BrokenLink;
}

}  // namespace

void report_stray(const Directory& folder, const DirectoryEntry& entry, StrayPlace place,
                  base::Diagnostics& diagnostics) {
    const auto report = [&](base::Severity severity, const char* id, const char* text) {
        diagnostics.report({severity, id, base::escape(folder.path_of(entry.name)), text});
    };
    const Stray stray = look_at_stray(folder, entry);
    const bool is_quiet =
        place == StrayPlace::Foreign || (is_hidden(entry.name) && stray != Stray::BrokenLink);
    if (stray == Stray::Mail) {
        report(base::Severity::Error, "mail-left-out",
               "is mail, but not where or as a mailbox of this kind has it; it is left out");
    } else if (is_quiet || stray == Stray::Nothing) {
        return;
    } else if (stray == Stray::MayBeMail) {
        report(base::Severity::Error, "mail-left-out",
               "may be mail (compressed, encrypted or unreadable); it is left out");
    } else if (stray == Stray::Link) {
        report(
            base::Severity::Error, "link-not-followed",
            "a symbolic link to a file, which is not followed; put the file itself in its place");
    } else if (stray == Stray::BrokenLink) {
        report(base::Severity::Error, "link-broken",
               "a symbolic link that leads to nothing that can be reached");
    } else {
        report(base::Severity::Warning, "file-left-out", "is no mail; it is left out");
    }
}

}  // namespace mbx::store
