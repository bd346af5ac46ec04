#include "store/name_escape.hpp"

#include "base/percent.hpp"
#include "base/utf.hpp"

namespace mbx::store {
namespace {

// No store has longer names. It bounds the depth, since an escape may be escaped itself.
constexpr std::size_t kLongestEscaped = 4096;

}  // namespace

std::string NameEscape::encode(const std::string& name) const {
    if (write_(name, OwnEscapes::Keep) == name && decode(name) == name) {
        return name;
    }
    return write_(name, OwnEscapes::Escape);
}

std::string NameEscape::decode(const std::string& stored) const {
    if (stored.size() > kLongestEscaped || stored.find(mark_) == std::string::npos) {
        return stored;
    }
    const std::string name = base::unescape_hex(stored, mark_);
    const bool is_name = name.size() < stored.size() && name.find('\0') == std::string::npos &&
                         base::is_valid_utf8(name);
    return is_name && encode(name) == stored ? name : stored;
}

}  // namespace mbx::store
