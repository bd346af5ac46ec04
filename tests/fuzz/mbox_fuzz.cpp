// An mbox of any bytes, and any bytes as a message of an mbox. The first byte says how.
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <span>
#include <string>

#include "base/error.hpp"
#include "store/mbox_splitter.hpp"
#include "store/mbox_status.hpp"

namespace {

using namespace mbx;
using namespace mbx::store;

void check(bool holds) {
    if (!holds) {
        std::abort();
    }
}

MboxSplitter splitter_of(std::string_view text, MboxQuoting quoting) {
    return MboxSplitter(
        [text](std::uint64_t offset, base::MutableByteView out) -> std::size_t {
            if (offset >= text.size()) {
                return 0;
            }
            const std::string_view part = text.substr(static_cast<std::size_t>(offset), out.size());
            std::memcpy(out.data(), part.data(), part.size());
            return part.size();
        },
        text.size(), quoting);
}

std::string filtered(std::string_view text, FromLines how) {
    base::Bytes bytes;
    FromLineFilter filter(how);
    filter.feed(base::as_bytes(text), bytes);
    filter.finish(bytes);
    return std::string(base::as_text(bytes));
}

std::string_view content_of(std::string_view text, const MboxEntry& entry) {
    return text.substr(static_cast<std::size_t>(entry.begin),
                       static_cast<std::size_t>(entry.end - entry.begin));
}

void split(std::string_view text, MboxQuoting quoting) {
    MboxSplitter splitter = splitter_of(text, quoting);
    std::uint64_t behind = 0;
    std::uint64_t number = 0;
    for (int errors = 0;;) {
        try {
            const auto entry = splitter.next();
            if (!entry) {
                break;
            }
            check(entry->offset >= behind && entry->offset < entry->begin &&
                  entry->begin <= entry->end && entry->end <= text.size());
            check(entry->number == ++number);
            check(text.substr(static_cast<std::size_t>(entry->offset), 5) == "From ");
            behind = entry->end;
            const std::string_view content = content_of(text, *entry);
            check(filtered(content, entry->from_lines).size() <= content.size());
            status_of_head(entry->head);
            if (const auto addition = parse_addition(entry->head)) {
                check(addition->size <= entry->head.size());
            }
        } catch (const Error&) {
            check(++errors == 1 && number == 0);
        }
    }
}

/// Two messages of the same bytes, written as MboxWriter does.
void come_back(std::string_view message, unsigned bits) {
    const mail::Flags flags{(bits & 1U) != 0, (bits & 2U) != 0, (bits & 4U) != 0, (bits & 8U) != 0,
                            (bits & 16U) != 0};
    const bool adds_newline = message.empty() || message.back() != '\n';
    const std::string text = make_postmark(base::UnixTime{1'000'000'000}) +
                             make_addition(head_of(message), flags, {}, adds_newline) +
                             filtered(message, FromLines::Quote) + (adds_newline ? "\n\n" : "\n");
    const std::string twice = text + text;
    MboxSplitter splitter = splitter_of(twice, MboxQuoting::Detect);
    for (int i = 0; i < 2; ++i) {
        const auto entry = splitter.next();
        check(entry.has_value());
        std::string content = filtered(content_of(twice, *entry), entry->from_lines);
        MboxStatus status = status_of_head(entry->head);
        if (const auto addition = parse_addition(entry->head)) {
            content.erase(0, addition->size);
            if (addition->newline_at_end) {
                check(content.back() == '\n');
                content.pop_back();
            }
            status = addition->status;
        }
        check(content == message);
        check(status.flags == flags && status.keywords.empty() && !status.expunged);
    }
    check(!splitter.next());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size == 0) {
        return 0;
    }
    const std::string_view text = base::as_text(std::as_bytes(std::span(data + 1, size - 1)));
    const unsigned how = data[0];
    switch (how % 5) {
        case 0:
            split(text, MboxQuoting::Detect);
            break;
        case 1:
            split(text, MboxQuoting::Mboxo);
            break;
        case 2:
            split(text, MboxQuoting::Mboxcl2);
            break;
        default:
            come_back(text, how / 5 % 32);
            break;
    }
    return 0;
}
