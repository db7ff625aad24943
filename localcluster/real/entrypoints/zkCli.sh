#!/bin/sh
exec java $CLIENT_JVMFLAGS $JVMFLAGS -cp "/zookeeper/lib:/zookeeper/lib/*" org.apache.zookeeper.ZooKeeperMain "$@"
