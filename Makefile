.PHONY: demo demo-managed demo-sources demo-server test bench chaos fuzz build build-demo packages packages-demo

demo: packages-demo build-demo
	docker/demo.sh build

demo-managed: packages-demo build-demo
	docker/demo-managed.sh build

demo-sources: packages-demo build-demo
	docker/demo-sources.sh build

demo-server: packages-demo build-demo
	docker/demo-server.sh build

test: packages build
	ctest --test-dir build --output-on-failure --no-tests=error -j 4

bench: packages build
	cmake --build --preset release --target benchmarks
	tests/benchmarks/run.sh build

# Thirty seconds for each reader of other people's text.
fuzz:
	docker/install-packages.sh build fuzz
	cmake --preset fuzz
	cmake --build --preset fuzz --target fuzzer
	tests/fuzz/run.sh build-fuzz

# 1,000 trials of each situation: half an hour at least. The script's --trials makes it shorter.
chaos: packages build
	tests/chaos/run.py build

build:
	cmake --preset release -DCONNECTOR_TESTS=ON
	cmake --build --preset release

# The program and an Oomnitza to try it with, without tests.
build-demo:
	cmake --preset release -DCONNECTOR_TESTS=OFF
	cmake --build --preset release --target connector oomnitza-simulator

packages:
	docker/install-packages.sh build tests

packages-demo:
	@[ -x build/connector ] || docker/announce.sh
	docker/install-packages.sh build demo
