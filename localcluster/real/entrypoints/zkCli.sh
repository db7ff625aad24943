#!/bin/sh
exec java -cp "/zookeeper/lib:/zookeeper/lib/*" org.apache.zookeeper.ZooKeeperMain "$@"
