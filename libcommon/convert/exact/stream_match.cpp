#include "convert/exact/stream_match.hpp"

#include <algorithm>

#include "convert/exact/frozen_code_page.hpp"
#include "convert/exact/recipe_runner.hpp"

namespace mbx::convert::exact {
namespace {

constexpr char16_t kReplacement = 0xFFFD;
constexpr std::size_t kFreeRawBytes = 64;  // so many may be raw before the share counts
constexpr std::size_t kReferencedPerRaw = 8;

bool is_control(char c) {
    const auto byte = static_cast<unsigned char>(c);
    return (byte < 0x20 && c != '\t' && c != '\n' && c != '\r') || byte == 0x7F;
}

class TextMatcher {
  public:
    TextMatcher(std::string_view wanted, std::u16string_view text, std::uint64_t from,
                std::uint32_t code_page)
        : wanted_(wanted),
          text_(text),
          at_(std::min<std::size_t>(static_cast<std::size_t>(from), text.size())),
          from_(at_),
          code_page_(code_page) {}

    TextMatch run() {
        skip_from_ = 0;
        while (result_.used < wanted_.size() &&
               (step_line_end() || step_character() || step_flowed() || step_raw())) {
        }
        trim_raw_tail();
        result_.value_used = used_up_to_ != 0 ? used_up_to_ : from_;
        return std::move(result_);
    }

  private:
    std::string_view rest() const { return wanted_.substr(result_.used); }
    bool text_is(std::u16string_view units) const {
        return text_.substr(at_, units.size()) == units;
    }

    bool step_line_end() {
        const std::string_view want = rest();
        if (want.starts_with("\r\n")) {
            return text_is(u"\r\n") && take(2, 2, LineEnds::AsStored, true);
        }
        if (want.front() == '\n' && text_is(u"\r\n")) {
            return take(1, 2, LineEnds::CrlfAsLf, true);
        }
        return false;
    }

    bool step_character() {
        const std::string_view want = rest();
        if (want.starts_with("\r\n") || (want.front() == '\n' && text_is(u"\r\n"))) {
            return false;
        }
        char16_t units[2] = {};
        int count = 0;
        const std::size_t taken = decode_frozen(want, code_page_, units, count);
        if (taken == 0 || !text_is(std::u16string_view(units, static_cast<std::size_t>(count)))) {
            return false;
        }
        return take(taken, static_cast<std::size_t>(count), LineEnds::AsStored, false);
    }

    /// What format=flowed (RFC 3676) has and its text has not: a blank, or the line end behind one
    /// with the quote marks and the blank that the next line begins with.
    bool step_flowed() {
        const std::string_view want = rest();
        std::size_t bytes = want.front() == ' ' ? 1 : 0;
        if (bytes == 0 && result_.used > 0 && wanted_[result_.used - 1] == ' ') {
            bytes = want.front() == '\n' ? 1 : want.starts_with("\r\n") ? 2 : 0;
            if (bytes > 0) {
                bytes = std::min(want.find_first_not_of('>', bytes), want.size());
                bytes += want.substr(bytes).starts_with(' ') ? 1 : 0;
            }
        }
        if (bytes == 0 || !affords_raw(bytes)) {
            return false;
        }
        add_raw(want.substr(0, bytes));
        return true;
    }

    bool step_raw() {
        const std::string_view want = rest();
        const bool replaced =
            at_ < text_.size() && (text_[at_] == kReplacement || text_[at_] == u' ');
        char16_t units[2] = {};
        int count = 0;
        const bool invalid = decode_frozen(want, code_page_, units, count) == 0;
        std::size_t bytes = 1;
        if (result_.used == 0 && want.starts_with("\xEF\xBB\xBF")) {
            bytes = 3;
        } else if (!invalid && !is_control(want.front())) {
            return false;
        }
        if (!affords_raw(bytes)) {
            return false;
        }
        if (replaced && bytes == 1) {
            ++at_;
        }
        add_raw(want.substr(0, bytes));
        return true;
    }

    bool affords_raw(std::size_t bytes) const {
        return raw_bytes_ + bytes <= kFreeRawBytes + result_.by_reference / kReferencedPerRaw;
    }

    void add_raw(std::string_view bytes) {
        if (result_.pieces.empty() || result_.pieces.back().kind != Piece::Kind::Raw) {
            result_.pieces.push_back(Piece{Piece::Kind::Raw, 0, 0, LineEnds::AsStored, 0});
        }
        result_.pieces.back().length += bytes.size();
        result_.raw += bytes;
        result_.used += bytes.size();
        raw_bytes_ += bytes.size();
    }

    bool take(std::size_t bytes, std::size_t units, LineEnds line_ends, bool decides) {
        const bool fits = !result_.pieces.empty() &&
                          result_.pieces.back().kind == Piece::Kind::Text &&
                          (!decides || undecided_ || result_.pieces.back().line_ends == line_ends);
        if (!fits) {
            result_.pieces.push_back(
                Piece{Piece::Kind::Text, at_ - piece_end(), 0, line_ends, code_page_});
            undecided_ = !decides;
        } else if (decides && undecided_) {
            result_.pieces.back().line_ends = line_ends;
            undecided_ = false;
        }
        result_.pieces.back().length += units;
        at_ += units;
        used_up_to_ = at_;
        result_.used += bytes;
        result_.by_reference += bytes;
        return true;
    }

    /// Where the last text piece ended in the value; skips count from there.
    std::size_t piece_end() const { return used_up_to_ != 0 ? used_up_to_ : skip_from_; }

    void trim_raw_tail() {
        if (!result_.pieces.empty() && result_.pieces.back().kind == Piece::Kind::Raw) {
            const auto n = static_cast<std::size_t>(result_.pieces.back().length);
            result_.raw.resize(result_.raw.size() - n);
            result_.used -= n;
            result_.pieces.pop_back();
        }
    }

    std::string_view wanted_;
    std::u16string_view text_;
    std::size_t at_;
    std::size_t from_;
    std::size_t used_up_to_ = 0;
    std::size_t skip_from_ = 0;
    std::uint32_t code_page_;
    std::size_t raw_bytes_ = 0;
    bool undecided_ = false;  // the last piece has no line end yet
    TextMatch result_;
};

bool equals_from(const base::ByteSource& value, std::uint64_t skip, std::string_view wanted) {
    bool equal = true;
    base::for_each_piece(value, [&](base::ByteView piece) {
        std::string_view bytes = base::as_text(piece);
        const std::size_t skipped = std::min<std::uint64_t>(skip, bytes.size());
        bytes.remove_prefix(skipped);
        skip -= skipped;
        const std::size_t n = std::min(bytes.size(), wanted.size());
        equal = equal && n == bytes.size() && bytes == wanted.substr(0, n);
        wanted.remove_prefix(n);
    });
    return equal && wanted.empty();
}

/// Length of the tail of `value` (CRLF) that gives `wanted` (LF); nullopt when none does.
std::optional<std::uint64_t> crlf_tail(std::string_view wanted, std::string_view value) {
    std::size_t v = value.size();
    for (std::size_t w = wanted.size(); w > 0; --w) {
        if (v == 0 || value[v - 1] != wanted[w - 1]) {
            return std::nullopt;
        }
        --v;
        if (wanted[w - 1] == '\n') {
            if (v == 0 || value[v - 1] != '\r') {
                return std::nullopt;
            }
            --v;
        }
    }
    return value.size() - v;
}

}  // namespace

TextMatch match_text(std::string_view wanted, std::u16string_view text, std::uint64_t from,
                     std::uint32_t code_page) {
    return TextMatcher(wanted, text, from, code_page).run();
}

std::optional<std::vector<Piece>> match_bytes(std::string_view wanted,
                                              const base::ByteSource& value) {
    const std::uint64_t size = value.size();
    if (size == wanted.size() && equals_from(value, 0, wanted)) {
        return std::vector<Piece>();
    }
    if (size > wanted.size() && equals_from(value, size - wanted.size(), wanted) &&
        size <= kLargestText) {
        return std::vector<Piece>{
            Piece{Piece::Kind::Bytes, size - wanted.size(), wanted.size(), LineEnds::AsStored, 0}};
    }
    if (size > wanted.size() && size <= kLargestText &&
        wanted.find('\r') == std::string_view::npos) {
        const std::string bytes = base::read_all_text(value, kLargestText);
        if (const auto tail = crlf_tail(wanted, bytes)) {
            return std::vector<Piece>{
                Piece{Piece::Kind::Bytes, size - *tail, *tail, LineEnds::CrlfAsLf, 0}};
        }
    }
    return std::nullopt;
}

}  // namespace mbx::convert::exact
