#include "store/mbox_look.hpp"

#include "base/error.hpp"
#include "store/file_look.hpp"
#include "store/mbox_splitter.hpp"

namespace mbx::store {
namespace {

/// Behind text that is no message.
bool holds_messages(const base::File& file) {
    MboxSplitter splitter(
        [&](std::uint64_t offset, base::MutableByteView out) { return file.read_at(offset, out); },
        file.size(), MboxQuoting::Detect);
    try {
        return splitter.next().has_value();
    } catch (const Error& error) {
        if (error.code() != ErrorCode::BadData) {
            throw;
        }
        return splitter.next().has_value();
    }
}

}  // namespace

MboxLook look_at_mbox(const base::File& file) {
    const std::string start = start_of(file, end_of_run(file, "\r\n"));
    if (start.empty() || MboxSplitter::looks_like_mbox(start)) {
        return MboxLook::Mbox;
    }
    const FileLook look = look_of(start);
    const bool is_plain = look == FileLook::Mail || look == FileLook::Other;
    return is_plain && holds_messages(file) ? MboxLook::Damaged : MboxLook::None;
}

bool starts_as_mbox(const base::File& file) {
    return MboxSplitter::looks_like_mbox(start_of(file));
}

}  // namespace mbx::store
