#include "store/mbox_look.hpp"

#include <algorithm>

#include "base/error.hpp"
#include "store/file_look.hpp"
#include "store/mbox_splitter.hpp"

namespace mbx::store {
namespace {

/// The size of the file when there is nothing else in it.
std::uint64_t end_of_empty_lines(const base::File& file) {
    std::uint64_t offset = 0;
    for (;;) {
        const std::string piece = start_of(file, offset);
        const std::size_t end = piece.find_first_not_of("\r\n");
        if (piece.empty() || end != std::string::npos) {
            return piece.empty() ? offset : offset + end;
        }
        offset += piece.size();
    }
}

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
    const std::string start = start_of(file, end_of_empty_lines(file));
    if (start.empty() || MboxSplitter::looks_like_mbox(start)) {
        return MboxLook::Mbox;
    }
    const FileLook look = look_of(start);
    if (look == FileLook::Known) {
        return MboxLook::Other;
    }
    if (look != FileLook::Packed && holds_messages(file)) {
        return MboxLook::Damaged;
    }
    return look == FileLook::Text ? MboxLook::Other : MboxLook::MayBeMail;
}

bool starts_as_mbox(const base::File& file) {
    return MboxSplitter::looks_like_mbox(start_of(file));
}

}  // namespace mbx::store
