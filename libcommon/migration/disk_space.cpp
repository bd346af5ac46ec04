#include "migration/disk_space.hpp"

#include <fmt/format.h>

#include <filesystem>

#include "base/error.hpp"

namespace mbx::migration {
namespace {

namespace fs = std::filesystem;

constexpr double kLeast = 0.7;
constexpr double kMost = 2.5;

double mebibytes(double bytes) {
    return bytes / (1024 * 1024);
}

std::uint64_t size_of_file(const fs::directory_entry& entry) {
    std::error_code error;
    const std::uint64_t size = entry.is_regular_file(error) ? entry.file_size(error) : 0;
    return error ? 0 : size;
}

}  // namespace

std::optional<std::uint64_t> mailbox_size(const store::MailboxUrl& url) {
    if (url.kind == store::StoreKind::Imap) {
        return std::nullopt;
    }
    std::error_code error;
    if (!fs::is_directory(url.path, error)) {
        return size_of_file(fs::directory_entry(url.path, error));
    }
    std::uint64_t sum = 0;
    const auto options = fs::directory_options::skip_permission_denied;
    for (fs::recursive_directory_iterator it(url.path, options, error), end; it != end && !error;
         it.increment(error)) {
        sum += size_of_file(*it);
    }
    return sum;
}

void check_disk_space(const std::string& pst_path, std::uint64_t mailbox_bytes,
                      base::Diagnostics& diagnostics) {
    const fs::path folder = fs::absolute(pst_path).parent_path();
    std::error_code error;
    const fs::space_info space = fs::space(folder, error);
    if (error) {
        return;  // creating the file says what is wrong with the folder
    }
    const auto free = static_cast<double>(space.available);
    const auto size = static_cast<double>(mailbox_bytes);
    if (free < kLeast * size) {
        throw Error(ErrorCode::Io,
                    fmt::format("not enough room: {:.0f} MiB free, the mailbox has {:.0f} MiB",
                                mebibytes(free), mebibytes(size)),
                    "make room, write to another disk, or export a part with --folder or --since")
            .with_place(folder.string());
    }
    if (free < kMost * size) {
        diagnostics.report(
            {base::Severity::Warning, "disk-space", folder.string(),
             fmt::format("{:.0f} MiB free may be too little: the mailbox has {:.0f} MiB",
                         mebibytes(free), mebibytes(size))});
    }
}

}  // namespace mbx::migration
