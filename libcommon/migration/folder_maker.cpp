#include "migration/folder_maker.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/utf.hpp"

namespace mbx::migration {
namespace {

/// With every sign written =XX, as store/imap writes those that it knows to be refused. Letters,
/// digits, "-", "_", "=" and blanks within are what all servers take.
std::string plain_name(std::string_view name, bool ascii_only) {
    const auto is_plain = [&](std::size_t i) {
        const char c = name[i];
        const bool at_end = i == 0 || i + 1 == name.size();
        const bool ascii = static_cast<unsigned char>(c) < 0x80;
        return (!ascii && !ascii_only) || (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') ||
               (c >= 'a' && c <= 'z') || c == '-' || c == '_' || c == '=' || (c == ' ' && !at_end);
    };
    std::string result;
    for (std::size_t i = 0; i < name.size(); ++i) {
        result += is_plain(i) ? std::string(1, name[i])
                              : fmt::format("={:02X}", static_cast<unsigned char>(name[i]));
    }
    return result;
}

/// Its first characters: a server on a file system has 255 bytes for an encoded name.
std::string short_name(std::string_view name) {
    constexpr std::size_t kCharacters = 60;
    std::string result;
    for (std::size_t i = 0; i < kCharacters && !name.empty(); ++i) {
        base::append_utf8(result, base::take_utf8(name).code_point);
    }
    return result;
}

}  // namespace

using mail::FolderPath;

FolderMaker::FolderMaker(store::MailStore& store, base::Diagnostics& diagnostics,
                         const std::vector<MailTarget>& plan)
    : store_(store), diagnostics_(diagnostics) {
    for (const MailTarget& target : plan) {
        taken_.insert(target.path);
    }
}

FolderPath FolderMaker::make(const MailTarget& target) {
    const FolderPath wanted = below_renamed(target.path);
    std::optional<Error> refusal;
    for (const FolderPath& path : candidates(wanted)) {
        try {
            store_.create_folder(path, target.use);
        } catch (const Error& error) {
            // Some servers put a place where no folder can be as a lack of permission.
            if (error.code() != ErrorCode::CannotCreate && error.code() != ErrorCode::NotAllowed) {
                throw;
            }
            refusal = refusal ? refusal : error;
            continue;
        }
        if (path != target.path) {
            remember(target.path, path);
            diagnostics_.report({base::Severity::Warning, "folder-renamed",
                                 mail::to_string(target.path), "became " + mail::to_string(path)});
        }
        return path;
    }
    throw std::move(*refusal).with_place(mail::to_string(wanted));
}

void FolderMaker::remember(const FolderPath& wanted, const FolderPath& path) {
    if (wanted != path) {
        renamed_[wanted] = path;
        taken_.insert(path);
    }
}

FolderPath FolderMaker::below_renamed(const FolderPath& path) const {
    for (std::size_t length = path.size(); length > 0; --length) {
        const auto it =
            renamed_.find(FolderPath(path.begin(), path.begin() + static_cast<long>(length)));
        if (it != renamed_.end()) {
            FolderPath result = it->second;
            result.insert(result.end(), path.begin() + static_cast<long>(length), path.end());
            return result;
        }
    }
    return path;
}

std::vector<FolderPath> FolderMaker::candidates(const FolderPath& path) const {
    std::vector<FolderPath> result{path};
    if (path == mail::kInboxPath) {
        return result;
    }
    const std::string plain = plain_name(path.back(), false);
    const std::string ascii = plain_name(path.back(), true);
    std::string flat;
    for (const std::string& name : path) {
        flat += (flat.empty() ? "" : " - ") + plain_name(name, true);
    }
    for (const std::string& name : {plain, short_name(plain), ascii, plain + "_"}) {
        FolderPath beside = path;
        beside.back() = name;
        add_candidate(result, std::move(beside));
    }
    add_candidate(result, {flat});
    add_candidate(result, {short_name(flat)});
    return result;
}

void FolderMaker::add_candidate(std::vector<FolderPath>& candidates, FolderPath path) const {
    FolderPath possible = store_.possible_name(path);
    if (std::find(candidates.begin(), candidates.end(), possible) != candidates.end()) {
        return;
    }
    while (taken_.count(possible) != 0) {
        path.back() += '_';
        possible = store_.possible_name(path);
    }
    candidates.push_back(std::move(possible));
}

}  // namespace mbx::migration
