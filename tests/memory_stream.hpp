// A FILE that writes to memory.
#pragma once

#include <cstdio>
#include <cstdlib>
#include <stdexcept>
#include <string>

namespace mbx::test {

class MemoryStream {
  public:
    MemoryStream() : stream_(::open_memstream(&data_, &size_)) {
        if (stream_ == nullptr) {
            throw std::runtime_error("cannot open a stream in memory");
        }
    }
    ~MemoryStream() {
        std::fclose(stream_);
        std::free(data_);  // NOLINT(cppcoreguidelines-no-malloc): open_memstream(3) wants it
    }
    MemoryStream(const MemoryStream&) = delete;
    MemoryStream& operator=(const MemoryStream&) = delete;

    std::FILE* file() { return stream_; }
    std::string text() {
        std::fflush(stream_);
        return std::string(data_, size_);
    }

  private:
    char* data_ = nullptr;
    std::size_t size_ = 0;
    std::FILE* stream_;
};

}  // namespace mbx::test
