// What a server may send, one response after the other, and the values in them.
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "store/imap/message_data.hpp"
#include "store/imap/response.hpp"

namespace {

using namespace mbx;
using namespace mbx::store::imap;

constexpr std::size_t kMostUids = 1000;

void check(bool holds) {
    if (!holds) {
        std::abort();
    }
}

/// The connection ends where the text does.
class TextSource final : public LineSource {
  public:
    explicit TextSource(std::string_view text) : rest_(text) {}

    bool at_end() const { return rest_.empty(); }

    std::string read_line(std::size_t limit) override {
        const std::size_t end = rest_.find('\n');
        if (end == std::string_view::npos) {
            throw_ended();
        }
        std::string_view line = rest_.substr(0, end);
        rest_.remove_prefix(end + 1);
        if (line.size() > limit) {
            throw Error(ErrorCode::BadData, "too long a line");
        }
        if (line.ends_with('\r')) {
            line.remove_suffix(1);
        }
        return std::string(line);
    }

    void read_bytes(std::uint64_t size, const std::function<void(base::ByteView)>& piece) override {
        constexpr std::uint64_t kPiece = 100;
        while (size > 0) {
            if (rest_.empty()) {
                throw_ended();
            }
            const std::string_view part = rest_.substr(0, std::min(size, kPiece));
            piece(base::as_bytes(part));
            rest_.remove_prefix(part.size());
            size -= part.size();
        }
    }

  private:
    [[noreturn]] static void throw_ended() {
        throw Error(ErrorCode::Unavailable, "the connection ended");
    }

    std::string_view rest_;
};

bool is_ascending(const std::vector<std::uint32_t>& uids) {
    return std::adjacent_find(uids.begin(), uids.end(), std::greater_equal<>()) == uids.end();
}

void use_uids(std::string_view text) {
    if (const auto uids = parse_uid_set(text, kMostUids)) {
        check(uids->size() <= kMostUids);
        if (!uids->empty() && is_ascending(*uids)) {
            check(parse_uid_set(uid_set(*uids), kMostUids) == uids);
        }
    }
    for (auto ranges : {UidRanges::from_set(text), std::optional(UidRanges::from_numbers(text))}) {
        if (ranges) {
            const std::uint64_t count = ranges->count();
            const auto lowest = ranges->take(kMostUids);
            check(lowest.size() == std::min<std::uint64_t>(count, kMostUids));
            check(is_ascending(lowest));
            check(ranges->count() == count - lowest.size());
        }
    }
}

void use(const Element& element) {
    use_uids(element.text);
    if (const auto date = parse_internal_date(element.text); date && date->seconds >= 0) {
        const std::string quoted = internal_date(*date);
        check(parse_internal_date(std::string_view(quoted).substr(1, quoted.size() - 2)) == date);
    }
    element.number();
    check((element.bytes() == nullptr) ==
          (element.is_list() || element.kind == Element::Kind::Nil));
    if (element.is_list()) {
        mail::Message message;
        take_flags(element, message);
        std::vector<std::string> dropped;
        const std::string flags = flag_list(message, permanent_flags(element.items), dropped);
        check(flags.starts_with('(') && flags.ends_with(')'));
        check(flags.find_first_of("\r\n") == std::string::npos);
    }
    for (const Element& item : element.items) {
        use(item);
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    TextSource source(base::as_text(std::as_bytes(std::span(data, size))));
    try {
        while (!source.at_end()) {
            const Response response = read_response(source);
            use_uids(response.text);
            for (const Element& element : response.code.arguments) {
                use(element);
            }
            for (const Element& element : response.data) {
                use(element);
            }
        }
    } catch (const Error& error) {
        check(error.code() == ErrorCode::BadData || error.code() == ErrorCode::Unavailable);
    }
    return 0;
}
