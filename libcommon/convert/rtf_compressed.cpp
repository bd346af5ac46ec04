#include "convert/rtf_compressed.hpp"

#include <algorithm>
#include <array>
#include <string_view>

#include "base/crc32.hpp"
#include "base/little_endian.hpp"

namespace mbx::convert {
namespace {

struct HeaderRecord {
    base::le32 COMPSIZE;  // bytes that follow this field
    base::le32 RAWSIZE;
    base::le32 COMPTYPE;
    base::le32 CRC;
};
static_assert(sizeof(HeaderRecord) == 16);

constexpr std::uint32_t kCompressed = 0x75465A4C;    // "LZFu"
constexpr std::uint32_t kUncompressed = 0x414C454D;  // "MELA"

// [MS-OXRTFCP] 2.1.2.1
constexpr std::string_view kPreset =
    "{\\rtf1\\ansi\\mac\\deff0\\deftab720{\\fonttbl;}{\\f0\\fnil \\froman \\fswiss \\fmodern "
    "\\fscript \\fdecor MS Sans SerifSymbolArialTimes New RomanCourier{\\colortbl\\red0\\green0"
    "\\blue0\r\n\\par \\pard\\plain\\f0\\fs20\\b\\i\\u\\tab\\tx";
static_assert(kPreset.size() == 207);

/// The last 4,096 bytes of output, where references point into.
class Dictionary {
  public:
    Dictionary() { std::copy(kPreset.begin(), kPreset.end(), ring_.begin()); }

    void put(char byte) noexcept {
        ring_[end_] = byte;
        end_ = (end_ + 1) % ring_.size();
    }
    char at(std::size_t position) const noexcept { return ring_[position % ring_.size()]; }
    std::size_t end() const noexcept { return end_; }

  private:
    std::array<char, 4096> ring_{};
    std::size_t end_ = kPreset.size();
};

class Decompressor {
  public:
    Decompressor(std::string_view input, std::uint64_t limit) : input_(input), limit_(limit) {}

    /// Runs to the end mark, the end of the input or the limit.
    std::string run() && {
        while (next_ < input_.size() && !ended_) {
            const auto control = static_cast<unsigned char>(input_[next_++]);
            for (unsigned bit = 0; bit < 8 && !ended_; ++bit) {
                if ((control >> bit & 1U) != 0) {
                    copy_reference();
                } else {
                    copy_literal();
                }
            }
        }
        return std::move(output_);
    }

  private:
    void copy_literal() {
        if (next_ >= input_.size()) {
            ended_ = true;
            return;
        }
        emit(input_[next_++]);
    }

    void copy_reference() {
        if (input_.size() - next_ < 2) {
            ended_ = true;
            return;
        }
        const unsigned reference = static_cast<unsigned>(static_cast<unsigned char>(input_[next_]))
                                       << 8 |
                                   static_cast<unsigned char>(input_[next_ + 1]);
        next_ += 2;
        const std::size_t position = reference >> 4;
        if (position == dictionary_.end()) {
            ended_ = true;
            return;
        }
        const std::size_t length = (reference & 0xFU) + 2;
        for (std::size_t i = 0; i < length && !ended_; ++i) {
            emit(dictionary_.at(position + i));
        }
    }

    void emit(char byte) {
        if (output_.size() >= limit_) {
            ended_ = true;
            return;
        }
        output_ += byte;
        dictionary_.put(byte);
    }

    std::string_view input_;
    std::uint64_t limit_;
    std::size_t next_ = 0;
    bool ended_ = false;
    Dictionary dictionary_;
    std::string output_;
};

}  // namespace

std::optional<DecompressedRtf> decompress_rtf(base::ByteView stream, std::uint64_t limit) {
    if (stream.size() < sizeof(HeaderRecord)) {
        return std::nullopt;
    }
    const auto header = base::read_record<HeaderRecord>(stream);
    const base::ByteView data = stream.subspan(sizeof header);
    DecompressedRtf result;
    if (header.COMPTYPE == kCompressed) {
        const std::uint64_t raw_size = header.RAWSIZE;
        result.rtf = Decompressor(base::as_text(data), std::min(raw_size, limit)).run();
        result.complete = result.rtf.size() == raw_size;
        result.crc_right = base::pst_crc32(data) == header.CRC;
    } else if (header.COMPTYPE == kUncompressed) {
        // Writers disagree on what RAWSIZE counts here, so the stream's own length decides too.
        const std::uint64_t size = std::min<std::uint64_t>(data.size(), header.RAWSIZE);
        result.rtf = base::as_text(data.first(static_cast<std::size_t>(std::min(size, limit))));
    } else {
        return std::nullopt;
    }
    result.rtf.erase(result.rtf.find_last_not_of('\0') + 1);
    return result;
}

}  // namespace mbx::convert
