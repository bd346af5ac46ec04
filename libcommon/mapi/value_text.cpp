#include "mapi/value_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <type_traits>

#include "base/text.hpp"
#include "base/utf.hpp"
#include "mapi/property_name.hpp"

namespace mbx::mapi {
namespace {

std::string hex(base::ByteView bytes, std::uint64_t size, std::size_t limit) {
    std::string text;
    for (const std::byte b : bytes.first(std::min(bytes.size(), limit))) {
        text += fmt::format("{:02x}", std::to_integer<unsigned>(b));
    }
    return size > limit ? fmt::format("{}… ({} bytes)", text, size) : text;
}

std::string quoted(std::string_view text, std::size_t limit) {
    return text.size() > limit
               ? fmt::format("\"{}\" ({} bytes)", base::escape(text, limit), text.size())
               : fmt::format("\"{}\"", base::escape(text, text.size() * 4 + 1));
}

/// "2010-04-02T12:00:00.1234567Z", or the ticks where they are no time.
std::string time_text(base::FileTime time) {
    constexpr std::uint64_t kTicksPerSecond = 10'000'000;
    const auto unix_time = base::to_unix_time(time);
    if (!unix_time) {
        return fmt::format("{:#018x}", time.ticks);
    }
    std::string text = base::iso8601(*unix_time);
    if (const std::uint64_t rest = time.ticks % kTicksPerSecond; rest != 0) {
        text.insert(text.size() - 1, fmt::format(".{:07}", rest));
    }
    return text;
}

std::string guid_text(const base::Guid& guid) {
    const std::string text = to_string(PropertyName{guid, std::uint32_t{0}});
    return text.substr(0, text.find('}') + 1);
}

class Printer {
  public:
    Printer(PropertyType type, std::size_t limit) : type_(type), limit_(limit) {}

    std::string operator()(bool value) const { return value ? "true" : "false"; }
    std::string operator()(const std::string& value) const { return quoted(value, limit_); }
    std::string operator()(const base::Bytes& value) const {
        return hex(value, value.size(), limit_);
    }
    std::string operator()(const base::Guid& value) const { return guid_text(value); }
    std::string operator()(base::FileTime value) const { return time_text(value); }
    std::string operator()(const base::SharedSource& value) const {
        base::Bytes start(std::min<std::uint64_t>(limit_, value->size()));
        start.resize(value->open()->read(start));
        if (type_ == PropertyType::String) {
            return fmt::format("\"{}…\" ({} bytes)",
                               base::escape(base::utf8_from_utf16le(start), limit_), value->size());
        }
        return hex(start, value->size(), limit_);
    }
    template <typename T>
    std::enable_if_t<std::is_arithmetic_v<T>, std::string> operator()(T value) const {
        return fmt::format("{}", value);
    }
    template <typename T>
    std::string operator()(const std::vector<T>& values) const {
        std::string text = "[";
        for (const T& value : values) {
            text += (text.size() > 1 ? ", " : "") + (*this)(value);
        }
        return text + "]";
    }

  private:
    PropertyType type_;
    std::size_t limit_;
};

}  // namespace

std::string to_text(PropertyType type, const Value& value, std::size_t limit) {
    return std::visit(Printer(type, limit), value);
}

}  // namespace mbx::mapi
