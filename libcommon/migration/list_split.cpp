#include "migration/list_split.hpp"

#include <fmt/format.h>

#include <filesystem>

#include "base/error.hpp"
#include "base/file.hpp"
#include "migration/recipient_list.hpp"

namespace mbx::migration {
namespace {

std::vector<Recipient> pending_recipients(const RecipientList& list) {
    std::vector<Recipient> result;
    for (const ListRow& row : list.rows()) {
        if (row.result.outcome == Outcome::Pending) {
            result.push_back(row.recipient);
        }
    }
    return result;
}

/// "staff-2.csv" beside "staff.csv".
std::string part_path(std::filesystem::path path, std::size_t number) {
    const std::string name =
        fmt::format("{}-{}{}", path.stem().string(), number, path.extension().string());
    return path.replace_filename(name).string();
}

}  // namespace

std::vector<ListPart> split_list(const std::string& path, std::size_t count) {
    const std::vector<Recipient> recipients = pending_recipients(RecipientList::read(path));
    std::vector<ListPart> parts;
    for (std::size_t i = 0; i < count; ++i) {
        parts.push_back({part_path(path, i + 1),
                         recipients.size() * (i + 1) / count - recipients.size() * i / count});
        if (std::filesystem::exists(parts.back().path)) {
            throw Error(ErrorCode::CannotCreate, "exists already",
                        "it may hold results; move it away first")
                .with_place(parts.back().path);
        }
    }
    auto next = recipients.begin();
    for (const ListPart& part : parts) {
        std::string text;
        for (std::size_t i = 0; i < part.recipients; ++i) {
            text += format_row(*next++) + "\r\n";
        }
        base::replace_file(part.path, base::as_bytes(text));
    }
    return parts;
}

}  // namespace mbx::migration
