.PHONY: demo demo-managed demo-sources demo-server test bench chaos fuzz build build-demo build-product packages packages-demo packages-product install uninstall \
  packages-deb packages-rpm test-packages test-deb test-image test-chart test-reproducible

demo: packages-demo build-demo
	docker/demo.sh build

demo-managed: packages-demo build-demo
	docker/demo-managed.sh build

demo-sources: packages-demo build-demo
	docker/demo-sources.sh build

demo-server: packages-demo packages-product
	$(MAKE) build-demo CONNECTOR_LISTENER=ON
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
	cmake --preset release -DCONNECTOR_TESTS=ON -DCONNECTOR_SIMULATOR=ON -DCONNECTOR_LISTENER=ON
	cmake --build --preset release

# The program and an Oomnitza to try it with, without tests; in a new folder without the HTTP listener, whose Boost takes as
# long to fetch and compile as a fifth of the rest.
CONNECTOR_LISTENER ?= $(if $(wildcard build/CMakeCache.txt),,OFF)
build-demo:
	cmake --preset release -DCONNECTOR_TESTS=OFF -DCONNECTOR_SIMULATOR=ON \
	  $(if $(CONNECTOR_LISTENER),-DCONNECTOR_LISTENER=$(CONNECTOR_LISTENER))
	cmake --build --preset release --target connector oomnitza-simulator

packages:
	docker/install-packages.sh build tests

packages-product:
	docker/install-packages.sh build

packages-demo:
	@[ -x build/connector ] || docker/announce.sh
	docker/install-packages.sh demo

PREFIX ?= /usr/local
export SOURCE_DATE_EPOCH ?= $(shell git log -1 --format=%ct 2>/dev/null || date +%s)
COMMIT ?= $(shell git rev-parse --short=12 HEAD 2>/dev/null)

# The program alone; a folder where tests are built goes on to build them.
build-product:
	docker/install-packages.sh build package
	cmake --preset release -DCONNECTOR_COMMIT=$(COMMIT) -DCMAKE_INSTALL_PREFIX=$(PREFIX) -DCONNECTOR_LISTENER=ON \
	  $(if $(wildcard build/CMakeCache.txt),,-DCONNECTOR_TESTS=OFF -DCONNECTOR_SIMULATOR=OFF)
	cmake --build --preset release --target connector

install: build-product
	DESTDIR=$(DESTDIR) cmake --install build --strip

# What was installed but the configuration, which is yours.
uninstall:
	grep -v '^/etc/connector/' build/install_manifest.txt | sed 's|^|$(DESTDIR)|' | xargs -r -d '\n' rm -f --

packages-deb: PREFIX = /usr
packages-deb: build-product
	rm -f build/packages/*.deb
	cd build && cpack -G DEB

packages-rpm: PREFIX = /usr
packages-rpm: build-product
	rm -f build/packages/*.rpm
	cd build && cpack -G RPM

# In a clean Debian 12: installation, first sync, upgrade, removal.
test-packages: packages-deb packages-rpm
	cmake --build --preset release --target oomnitza-simulator
	docker/test-packages.sh build

test-deb: packages-deb
	cmake --build --preset release --target oomnitza-simulator
	docker/test-packages.sh build deb

test-image: packages-deb
	cmake --build --preset release --target oomnitza-simulator
	docker/test-image.sh $(TEST_IMAGE_OPTIONS) build

# Renders the Helm chart and checks it against the schemas of Kubernetes.
test-chart:
	docker/test-chart.sh

test-reproducible:
	docker/test-reproducible.sh
