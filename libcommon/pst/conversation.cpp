#include "pst/conversation.hpp"

#include <algorithm>

#include "base/little_endian.hpp"
#include "base/md5.hpp"
#include "base/utf.hpp"
#include "pst/utf16_text.hpp"

namespace mbx::pst {
namespace {

constexpr std::byte kReserved{1};      // first byte of an index
constexpr std::size_t kTimeBytes = 5;  // the highest of a FILETIME
constexpr std::size_t kGuidInIndex = 1 + kTimeBytes;
constexpr std::size_t kHeaderBlock = kGuidInIndex + sizeof(base::Guid);

base::Guid topic_hash(std::string_view topic) {
    base::Bytes text;
    for (const char16_t unit : upper_case(base::utf16_from_utf8(topic))) {
        base::append_le(text, static_cast<std::uint16_t>(unit));
    }
    return base::md5(text);
}

}  // namespace

base::Bytes make_conversation_index(base::FileTime time, std::string_view topic) {
    base::Bytes index{kReserved};
    for (std::size_t i = 0; i < kTimeBytes; ++i) {
        index.push_back(static_cast<std::byte>(time.ticks >> (56 - 8 * i)));
    }
    base::append(index, topic_hash(topic));
    return index;
}

base::Guid conversation_id(bool index_tracking, base::ByteView index, std::string_view topic) {
    if (!index_tracking || index.size() < kHeaderBlock || index[0] != kReserved) {
        return topic_hash(topic);
    }
    base::Guid id{};
    std::copy_n(index.begin() + kGuidInIndex, id.size(), id.begin());
    return id;
}

}  // namespace mbx::pst
