#include "migration/bad_items.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "base/file.hpp"
#include "base/text.hpp"
#include "migration/partial_reader.hpp"

namespace mbx::migration {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kListName = "list.jsonl";

bool is_ours(const fs::path& file) {
    const std::string stem = file.stem().string();
    return file.filename() == kListName ||
           (file.extension() == ".eml" && stem.size() >= 6 &&
            stem.find_first_not_of("0123456789") == std::string::npos);
}

std::string json_line(const BadItem& item) {
    const nlohmann::json line{{"folder", item.folder},
                              {"id", item.id},
                              {"kind", to_string(item.kind)},
                              {"reason", item.reason},
                              {"kept_as", item.kept_as}};
    return line.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace) + "\n";
}

std::uint64_t count_of(const std::vector<BadItem>& items, BadKind kind) {
    return static_cast<std::uint64_t>(std::count_if(
        items.begin(), items.end(), [kind](const BadItem& item) { return item.kind == kind; }));
}

}  // namespace

std::string_view to_string(BadKind kind) {
    switch (kind) {
        case BadKind::Unreadable:
            return "unreadable";
        case BadKind::Unconvertible:
            return "unconvertible";
        case BadKind::TooLarge:
            return "too large";
        case BadKind::Refused:
            return "refused";
        case BadKind::Unreached:
            return "not reached";
        case BadKind::Salvaged:
            return "salvaged";
        case BadKind::Folder:
            return "unreadable folder";
    }
    return "unknown";
}

BadItems::BadItems(std::string folder, std::uint64_t limit)
    : folder_(std::move(folder)), limit_(limit) {}

void BadItems::forget_earlier_run() const {
    std::error_code ignored;
    std::vector<fs::path> old;
    for (const auto& entry : fs::directory_iterator(folder_, ignored)) {
        if (is_ours(entry.path())) {
            old.push_back(entry.path());
        }
    }
    for (const fs::path& file : old) {
        fs::remove(file, ignored);
    }
    if (fs::is_directory(folder_, ignored)) {  // a file of that name is somebody else's
        fs::remove(folder_, ignored);          // when nothing else is in it
    }
}

std::uint64_t BadItems::count() const noexcept {
    return items_.size() - count_of(items_, BadKind::Salvaged);
}

std::uint64_t BadItems::folders() const noexcept {
    return count_of(items_, BadKind::Folder);
}

void BadItems::begin() {
    std::error_code error;
    fs::create_directories(folder_, error);
    if (error) {
        throw Error(ErrorCode::CannotCreate,
                    "cannot make the folder for refused messages: " + error.message())
            .with_place(folder_);
    }
}

std::string BadItems::keep(const base::ByteSource& bytes) {
    std::string name = fmt::format("{:06}.eml", items_.size() + 1);
    base::File file = base::File::create((fs::path(folder_) / name).string());
    PartialReader reader(bytes);
    base::Bytes piece(64 * 1024);
    while (const std::size_t n = reader.read(piece)) {
        file.write(base::ByteView(piece).first(n));
    }
    file.close();
    return name;
}

void BadItems::add(BadItem item, const base::SharedSource& bytes) {
    begin();
    if (bytes != nullptr) {
        item.kept_as = keep(*bytes);
    }
    base::File list = base::File::open_append((fs::path(folder_) / kListName).string());
    list.write(base::as_bytes(json_line(item)));
    list.close();
    items_.push_back(std::move(item));
}

void BadItems::forget_after(std::uint64_t count) {
    if (items_.size() <= count) {
        return;
    }
    std::error_code ignored;
    for (std::size_t i = count; i < items_.size(); ++i) {
        if (!items_[i].kept_as.empty()) {
            fs::remove(fs::path(folder_) / items_[i].kept_as, ignored);
        }
    }
    items_.resize(count);
    const std::string list = (fs::path(folder_) / kListName).string();
    fs::remove(list, ignored);
    if (!items_.empty()) {
        base::File file = base::File::create(list);
        for (const BadItem& item : items_) {
            file.write(base::as_bytes(json_line(item)));
        }
        file.close();
    }
}

Error BadItems::too_many_error() const {
    if (const std::uint64_t folders = this->folders(); folders > 0) {
        return Error(ErrorCode::BadData,
                     fmt::format("{} folder{} could not be read", folders, folders == 1 ? "" : "s"),
                     fmt::format("see {}/{}; --bad-item-limit is about messages, and nobody knows "
                                 "how many are in there: make it readable, or leave it behind, "
                                 "with --exclude or, on disk, by moving it away",
                                 base::escape(folder_), kListName));
    }
    const bool messages_only = std::none_of(items_.begin(), items_.end(), [](const BadItem& item) {
        return item.kind == BadKind::Unreached;
    });
    return Error(
        ErrorCode::BadData,
        fmt::format("{} {}{} could not be moved, {} allowed", count(),
                    messages_only ? "message" : "item", count() == 1 ? "" : "s", limit_),
        fmt::format(
            "they are listed and kept in {}; --bad-item-limit says how many may stay behind",
            base::escape(folder_)));
}

}  // namespace mbx::migration
