#include "base/charset_runs.hpp"

#include <array>
#include <initializer_list>
#include <utility>

namespace mbx::base {
namespace {

constexpr char kEscape = '\x1B';

bool is_ascii(char c) {
    return static_cast<unsigned char>(c) < 0x80;
}

bool is_graphic(char c) {  // of a set of 94 characters
    return c >= 0x21 && c <= 0x7E;
}

char upper(char c) {
    return static_cast<char>(static_cast<unsigned char>(c) | 0x80U);
}

char lower(char c) {
    return static_cast<char>(static_cast<unsigned char>(c) & 0x7FU);
}

bool is_upper_graphic(char c) {
    return !is_ascii(c) && is_graphic(lower(c));
}

class Runs {
  public:
    void ascii(char c) { add("CP932", {&c, 1}); }

    void katakana(char c) {
        const char byte = upper(c);
        add("CP932", {&byte, 1});
    }

    /// Row and cell from 21 to 7E, as Shift_JIS has them.
    void jis_x_0208(char row, char cell) {
        const int row_number = row - 0x20;
        int first = (row_number + 1) / 2 + 0x80;
        first += first > 0x9F ? 0x40 : 0;
        int second = cell - 0x20 + (row_number % 2 == 1 ? 0x3F : 0x9E);
        second += row_number % 2 == 1 && second >= 0x7F ? 1 : 0;
        const std::array<char, 2> pair{static_cast<char>(first), static_cast<char>(second)};
        add("CP932", {pair.data(), pair.size()});
    }

    void jis_x_0212(char row, char cell) { add("EUC-JP", {'\x8F', upper(row), upper(cell)}); }

    void gb_2312(char row, char cell) { add("GB18030", {upper(row), upper(cell)}); }
    void ks_c_5601(char row, char cell) { add("CP949", {upper(row), upper(cell)}); }

    void add(const char* iconv_name, std::initializer_list<char> bytes) {
        add(iconv_name, std::string_view(bytes.begin(), bytes.size()));
    }

    void broken() { add("UTF-8", "\xEF\xBF\xBD"); }

    std::vector<CharsetRun> take() { return std::move(runs_); }

  private:
    void add(const char* iconv_name, std::string_view bytes) {
        if (runs_.empty() || std::string_view(runs_.back().iconv_name) != iconv_name) {
            runs_.push_back({iconv_name, {}});
        }
        runs_.back().bytes += bytes;
    }

    std::vector<CharsetRun> runs_;
};

enum class Set { Ascii, Katakana, JisX0208, JisX0212, Gb2312, Ksc5601 };

struct Designation {
    std::string_view escape;
    Set set;
};

// Those of RFC 1468, 1554 and 2237, and what older and newer programs write for them.
constexpr auto kDesignations = std::to_array<Designation>({
    {"\x1B(B", Set::Ascii},
    {"\x1B(J", Set::Ascii},  // JIS Roman: Microsoft shows its 5C and 7E as ASCII
    {"\x1B(H", Set::Ascii},
    {"\x1B(I", Set::Katakana},
    {"\x1B$@", Set::JisX0208},
    {"\x1B$B", Set::JisX0208},
    {"\x1B$(@", Set::JisX0208},
    {"\x1B$(B", Set::JisX0208},
    {"\x1B$(D", Set::JisX0212},
    {"\x1B$A", Set::Gb2312},
    {"\x1B$(C", Set::Ksc5601},
});

class Iso2022Reader {
  public:
    /// `shifted` is the set that SO selects.
    Iso2022Reader(std::string_view bytes, Set shifted) : rest_(bytes), shifted_(shifted) {}

    std::vector<CharsetRun> run() {
        while (!rest_.empty()) {
            if (!(rest_.front() == kEscape ? escape() : shift())) {
                character();
            }
        }
        return runs_.take();
    }

  private:
    bool escape() {
        for (const Designation& designation : kDesignations) {
            if (rest_.starts_with(designation.escape)) {
                rest_.remove_prefix(designation.escape.size());
                set_ = designation.set;
                return true;
            }
        }
        return korean_header() || upper_set() || single_shift();
    }

    bool korean_header() {  // RFC 1557: says what SO selects
        const bool found = rest_.starts_with("\x1B$)C");
        rest_.remove_prefix(found ? 4 : 0);
        return found;
    }

    bool upper_set() {  // RFC 1554
        const bool latin = rest_.starts_with("\x1B.A");
        if (!latin && !rest_.starts_with("\x1B.F")) {
            return false;
        }
        upper_set_ = latin ? "ISO-8859-1" : "ISO-8859-7";
        rest_.remove_prefix(3);
        return true;
    }

    bool single_shift() {
        if (upper_set_ == nullptr || !rest_.starts_with("\x1BN") || rest_.size() < 3) {
            return false;
        }
        runs_.add(upper_set_, {upper(rest_[2])});
        rest_.remove_prefix(3);
        return true;
    }

    bool shift() {
        const bool out = rest_.front() == '\x0E';
        if (!out && rest_.front() != '\x0F') {
            return false;
        }
        set_ = out ? shifted_ : Set::Ascii;
        rest_.remove_prefix(1);
        return true;
    }

    void character() {
        const char first = rest_.front();
        rest_.remove_prefix(1);
        if (is_ascii(first) && (set_ == Set::Ascii || !is_graphic(first))) {
            runs_.ascii(first);
        } else if (set_ == Set::Katakana && is_graphic(first) && first <= 0x5F) {
            runs_.katakana(first);
        } else if (set_ != Set::Katakana && is_graphic(first) && !rest_.empty() &&
                   is_graphic(rest_.front())) {
            pair(first, rest_.front());
            rest_.remove_prefix(1);
        } else {
            runs_.broken();
        }
    }

    void pair(char row, char cell) {
        switch (set_) {
            case Set::JisX0212:
                runs_.jis_x_0212(row, cell);
                break;
            case Set::Gb2312:
                runs_.gb_2312(row, cell);
                break;
            case Set::Ksc5601:
                runs_.ks_c_5601(row, cell);
                break;
            default:
                runs_.jis_x_0208(row, cell);
        }
    }

    std::string_view rest_;
    Set shifted_;
    Set set_ = Set::Ascii;
    const char* upper_set_ = nullptr;
    Runs runs_;
};

}  // namespace

std::vector<CharsetRun> runs_of_iso_2022_jp(std::string_view bytes) {
    return Iso2022Reader(bytes, Set::Katakana).run();
}

std::vector<CharsetRun> runs_of_iso_2022_kr(std::string_view bytes) {
    return Iso2022Reader(bytes, Set::Ksc5601).run();
}

std::vector<CharsetRun> runs_of_euc_jp(std::string_view bytes) {
    Runs runs;
    const auto is_upper_at = [&](std::size_t at) {
        return at < bytes.size() && is_upper_graphic(bytes[at]);
    };
    for (std::size_t at = 0; at < bytes.size();) {
        const char first = bytes[at];
        std::size_t size = 1;
        if (is_ascii(first)) {
            runs.ascii(first);
        } else if (first == '\x8E' && is_upper_at(at + 1) && lower(bytes[at + 1]) <= 0x5F) {
            runs.katakana(bytes[at + 1]);
            size = 2;
        } else if (first == '\x8F' && is_upper_at(at + 1) && is_upper_at(at + 2)) {
            runs.jis_x_0212(lower(bytes[at + 1]), lower(bytes[at + 2]));
            size = 3;
        } else if (is_upper_graphic(first) && is_upper_at(at + 1)) {
            runs.jis_x_0208(lower(first), lower(bytes[at + 1]));
            size = 2;
        } else {
            runs.broken();
        }
        at += size;
    }
    return runs.take();
}

std::vector<CharsetRun> runs_of_hz(std::string_view bytes) {
    Runs runs;
    bool chinese = false;
    while (!bytes.empty()) {
        const char first = bytes.front();
        const char second = bytes.size() > 1 ? bytes[1] : '\0';
        std::size_t size = 1;
        if (first == '~' && (second == '{' || second == '}')) {
            chinese = second == '{';
            size = 2;
        } else if (first == '~' && (second == '~' || second == '\n') && !chinese) {
            size = 2;  // a line end behind a tilde is for the mail only
            if (second == '~') {
                runs.ascii('~');
            }
        } else if (is_ascii(first) && (!chinese || !is_graphic(first))) {
            runs.ascii(first);
            chinese = chinese && first != '\n';
        } else if (is_graphic(first) && is_graphic(second)) {
            runs.gb_2312(first, second);
            size = 2;
        } else {
            runs.broken();
        }
        bytes.remove_prefix(size);
    }
    return runs.take();
}

}  // namespace mbx::base
