// A C++ program as people write them: maps, sorting, regular expressions, virtual calls, recursion about 40 frames deep.
// One line in, "SECONDS"; one line out, passes made.
#include <algorithm>
#include <chrono>
#include <iostream>
#include <map>
#include <memory>
#include <regex>
#include <string>
#include <vector>

struct Expression {
	virtual ~Expression() = default;
	virtual double value(double x) const = 0;
};

struct Leaf : Expression {
	double factor;
	explicit Leaf(double f) : factor(f) {}
	double value(double x) const override { return factor * x; }
};

struct Sum : Expression {
	std::unique_ptr<Expression> left, right;
	Sum(std::unique_ptr<Expression> l, std::unique_ptr<Expression> r) : left(std::move(l)), right(std::move(r)) {}
	double value(double x) const override { return left->value(x) + right->value(x * 0.5); }
};

static std::unique_ptr<Expression> chain(int depth)
{
	if (depth == 0)
		return std::make_unique<Leaf>(1.5);
	return std::make_unique<Sum>(chain(depth - 1), std::make_unique<Leaf>(depth));
}

static size_t index_words(const std::vector<std::string> &words)
{
	std::map<std::string, int> counts;

	for (const std::string &word : words)
		counts[word]++;
	std::vector<std::pair<std::string, int>> ranked(counts.begin(), counts.end());
	std::sort(ranked.begin(), ranked.end(), [](const auto &a, const auto &b) {
		return a.second != b.second ? a.second > b.second : a.first < b.first;
	});
	return ranked.size();
}

static size_t match(const std::string &text)
{
	static const std::regex pattern("([a-z]+)=([0-9]+)");

	return std::distance(std::sregex_iterator(text.begin(), text.end(), pattern), std::sregex_iterator());
}

int main()
{
	std::vector<std::string> words;
	std::string text;
	const auto expression = chain(40);
	double seconds;
	volatile double sink = 0;

	for (int i = 0; i < 2000; i++)
		words.push_back("word" + std::to_string(i * i % 499));
	for (int i = 0; i < 40; i++)
		text += "key=" + std::to_string(i) + "; ";
	while (std::cin >> seconds) {
		const auto end = std::chrono::steady_clock::now() + std::chrono::duration<double>(seconds);
		long passes = 0;

		for (; std::chrono::steady_clock::now() < end; passes++) {
			sink = sink + index_words(words) + match(text);
			for (int i = 0; i < 500; i++)
				sink = sink + expression->value(i);
		}
		std::cout << passes << std::endl;
	}
}
